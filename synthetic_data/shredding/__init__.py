"""Shredding lines: retired lithium-ion cells to black mass in bags."""
