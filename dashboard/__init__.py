"""Pages for operators, engineers and managers of a plant: they read the records and change nothing."""
