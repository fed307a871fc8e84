"""The log of everything that happened."""
