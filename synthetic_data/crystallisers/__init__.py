"""Crystallisers of a gallium refinery: shared electrolysis, feed, vacuum, freezing, faults, crews, laboratory."""
