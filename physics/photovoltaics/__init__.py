"""Physics of photovoltaic modules: current and voltage, electroluminescence, ageing, composition."""
