"""Lithium-ion cells: open-circuit voltage, resistance, pulses, impedance and ageing."""
