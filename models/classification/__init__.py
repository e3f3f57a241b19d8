"""A class with calibrated probabilities and a set that holds it as often as asked."""
