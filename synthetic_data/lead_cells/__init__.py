"""Cells of a lead refinery: electrolyte, anodes, slime, deposits, shorts, operators, instruments."""
