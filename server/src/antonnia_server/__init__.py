"""The Antonnia platform: the server behind the `antonnia` client packages."""
