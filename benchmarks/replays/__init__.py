"""A simulated plant played through the real service, records and worker in quick time."""
