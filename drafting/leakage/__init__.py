"""Columns that would give a target away: found in a table before a seed states who may look at them."""
