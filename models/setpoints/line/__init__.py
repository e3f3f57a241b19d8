"""Set-points of a whole line: the shared set-point of all units, and limits on their total."""
