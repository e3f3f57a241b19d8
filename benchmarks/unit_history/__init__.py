"""Gain by the history of units, on plants that development did not use."""
