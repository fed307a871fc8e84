"""What the Antonnia client packages share: models, errors, transport and pagination."""
