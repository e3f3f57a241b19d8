"""Aims beside what was reached, and how quiet the machine was meanwhile."""
