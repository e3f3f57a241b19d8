"""Grading of lots: contents with joint intervals, grades, defects, a decision and its guarantee."""
