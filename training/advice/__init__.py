"""Recommended set-points for the units of a table."""
