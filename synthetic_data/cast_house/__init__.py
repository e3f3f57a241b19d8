"""A cast house: pots, supply, charge, melt, casting, failures, crew, instruments."""
