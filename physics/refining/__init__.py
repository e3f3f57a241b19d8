"""Copper electrorefining: electrolyte, electrodes, losses of current, heat, slimes, nodules."""
