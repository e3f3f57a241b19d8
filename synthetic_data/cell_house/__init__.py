"""A cell house of zinc: what all groups share, cells, faults, operators, instruments."""
