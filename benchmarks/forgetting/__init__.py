"""Comparison of training histories: errors with all rows, recent rows or weighted rows."""
