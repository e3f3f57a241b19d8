"""Photovoltaic modules."""
