"""Purification of metals by freezing from the melt and by evaporation in a vacuum."""
