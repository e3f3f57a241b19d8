"""Predictions of numbers, each with its interval."""
