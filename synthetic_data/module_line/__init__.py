"""Lines that sort photovoltaic modules taken back: lots, what modules are made of and have been through, stations."""
