"""Required and optional parts of the seed of each task: one module for each task."""
