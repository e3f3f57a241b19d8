"""Physics of photovoltaic modules: current and voltage, electroluminescence, ageing, what they are made of."""
