"""Intervals and guarantee of models transferred to plants that neither training nor calibration used."""
