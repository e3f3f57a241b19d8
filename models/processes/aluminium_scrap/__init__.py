"""Aluminium scrap."""
