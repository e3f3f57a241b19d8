"""State of the plant in memory, read from the records: units, lots, warnings, recommendations."""
