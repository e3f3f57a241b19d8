"""Black mass of shredded lithium-ion cells: cathodes, milling, pyrolysis, washing, analysis."""
