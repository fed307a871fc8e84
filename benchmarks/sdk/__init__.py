"""What a call through the client costs, beside raw httpx and the clients of others."""
