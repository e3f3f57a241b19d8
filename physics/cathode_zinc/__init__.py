"""Zinc from cathode to ingot: dissolved lead, contents of cathodes, changes in the furnace."""
