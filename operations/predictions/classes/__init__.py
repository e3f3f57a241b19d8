"""Predictions of a class, with its probabilities."""
