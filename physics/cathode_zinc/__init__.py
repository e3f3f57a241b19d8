"""Zinc from cathode to ingot: dissolved lead, composition of cathodes, melting furnace."""
