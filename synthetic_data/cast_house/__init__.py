"""Cast house: pots, supply, charge, melt, casting, failures, operators, instruments."""
