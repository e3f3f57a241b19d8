"""Lines that sort returned photovoltaic modules: lots, materials, history of modules, stations."""
