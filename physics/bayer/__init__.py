"""Alumina by Bayer's process: solubility, precipitation, sizes of hydrate, soda, heat and economics."""
