"""Outcomes: what becomes known of a period after its prediction, and states of models that follow them."""
