"""Assistants, threads, runs and the knowledge that they answer from."""
