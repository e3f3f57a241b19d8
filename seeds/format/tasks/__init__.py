"""What the seed of each task may and must say: a module a task."""
