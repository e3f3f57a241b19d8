"""Prediction of a number with an interval: candidates and the fitted model."""
