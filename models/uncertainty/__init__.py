"""Intervals, guarantees and the scale of errors; rows that lie outside the training data."""
