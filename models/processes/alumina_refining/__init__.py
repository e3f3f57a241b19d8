"""Alumina refining."""
