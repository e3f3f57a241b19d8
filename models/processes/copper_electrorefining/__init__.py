"""Copper electrorefining."""
