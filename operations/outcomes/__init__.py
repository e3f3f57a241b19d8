"""Outcomes: values known after a prediction, and the online states of models."""
