"""Retired batteries on a line."""
