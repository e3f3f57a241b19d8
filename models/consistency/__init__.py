"""Consistency of a table's rows with each other: dates with their order and weekdays, order with classes."""
