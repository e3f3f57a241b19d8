"""Fault injection on real processes under load: failures of a plant's network; responses are counted."""
