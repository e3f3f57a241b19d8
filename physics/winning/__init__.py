"""Zinc electrowinning: zinc and hydrogen at the cathode, impurities, voltage, balances of a cell."""
