"""Crystallisers of a gallium refinery: electrolysis, feed, vacuum, freezing, faults, operators."""
