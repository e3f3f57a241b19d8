"""Forged files and honest months before the checks of labels."""
