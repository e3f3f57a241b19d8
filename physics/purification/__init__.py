"""Purification of metals: freezing from the melt and evaporation in a vacuum."""
