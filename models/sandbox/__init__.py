"""Checks of a model's files before use."""
