"""Organizations and tokens: who may call."""
