"""Aluminium reduction: bath, voltage, heat, current efficiency, emissions."""
