"""Predictions of pieces that are sorted."""
