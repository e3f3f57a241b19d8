"""Zinc electrowinning."""
