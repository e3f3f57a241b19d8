"""Consistency of a table's rows: dates with row order and weekdays, order with classes."""
