"""Cells of a lead refinery: electrolyte, anodes and their slime, deposits and their shorts, crews, instruments."""
