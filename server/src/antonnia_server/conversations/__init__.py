"""Sessions between contacts and agents, their messages, and the agents."""
