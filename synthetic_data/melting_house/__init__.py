"""Melting houses of zinc works: shared feed, electrolyte of each line, cathodes, faults, crews, furnaces, casting."""
