"""Outcomes of predicted periods: receipt, and matching with recorded predictions."""
