"""The SQL of knowledge bases and their entries."""
