"""Training jobs of several numbers: each target by itself, and what is made of them together."""
