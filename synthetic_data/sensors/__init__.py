"""Sensors of a sorting line: what each reads of a piece."""
