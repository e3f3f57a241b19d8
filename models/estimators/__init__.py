"""Estimators that any task may use, and the settings that all boosted candidates share."""
