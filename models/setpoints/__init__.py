"""Set-points: effects of set-point moves, their uncertainty, and recommendation of moves."""
