"""Photovoltaic modules: current and voltage, electroluminescence, ageing, materials."""
