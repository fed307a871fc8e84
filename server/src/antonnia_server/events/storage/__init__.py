"""The SQL of the events service."""
