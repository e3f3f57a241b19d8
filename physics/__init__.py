"""What physics computes: one equation a function, by topic."""
