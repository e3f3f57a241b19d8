"""Primary aluminium ingot."""
