"""Zinc ingot."""
