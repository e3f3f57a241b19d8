"""Voltage, current efficiency and balances against the current, by physics at the state in hand: a module a process."""
