"""Client of the Antonnia conversations API."""
