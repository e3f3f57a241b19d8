"""Copper electrorefining: electrolyte, diffusion layer, slimes, nodules."""
