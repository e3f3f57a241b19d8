"""Black mass of shredded lithium-ion cells: cathodes, milling and screening, pyrolysis and washing, analysis."""
