"""Retired batteries by current pulses."""
