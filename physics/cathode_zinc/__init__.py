"""Zinc from cathode to ingot: lead that dissolves, what cathodes hold, what the furnace adds and takes."""
