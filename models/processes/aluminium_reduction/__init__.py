"""Aluminium reduction."""
