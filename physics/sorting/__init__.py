"""Sorting of scrap: X-rays, fluorescence, plasma lines, induction, colour, ejection."""
