"""Melting houses of zinc works: feed, electrolyte, cathodes, faults, operators, furnaces, casting."""
