"""High-purity gallium."""
