"""Generated twins of the async modules."""
