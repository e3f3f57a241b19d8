"""Set-points of a whole line: the knob that all units share, and a limit on what they take together."""
