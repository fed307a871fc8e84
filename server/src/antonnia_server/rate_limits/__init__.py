"""How often a token and an organization may ask."""
