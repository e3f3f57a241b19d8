"""A tankhouse: circuit, groups, anodes, crops, stocks, faults, operators, instruments."""
