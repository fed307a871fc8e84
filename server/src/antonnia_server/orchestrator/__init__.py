"""Assistants, and the runs in which they answer."""
