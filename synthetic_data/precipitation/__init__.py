"""Precipitation lines of an alumina plant: liquor, tanks in series, hydrate sizes, operators."""
