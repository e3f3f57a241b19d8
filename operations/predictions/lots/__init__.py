"""Predictions of lots that are graded."""
