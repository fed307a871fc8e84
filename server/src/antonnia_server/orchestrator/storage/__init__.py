"""The SQL of the orchestrator."""
