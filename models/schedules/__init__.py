"""Schedules: the current of cells in series hour by hour, at least cost under a tariff, within what physics allows."""
