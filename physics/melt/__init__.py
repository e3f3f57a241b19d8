"""Molten aluminium: impurities in balance, hydrogen, treatment."""
