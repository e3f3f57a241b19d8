"""Precipitation lines of an alumina plant: liquor, tanks in series, hydrate and its sizes, crews, instruments."""
