"""The SQL of the conversations service."""
