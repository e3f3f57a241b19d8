"""Copper cathode."""
