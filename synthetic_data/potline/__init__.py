"""A potline: line, cells, days, balances, loops, faults, operators, instruments."""
