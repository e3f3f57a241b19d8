"""Set-points: what moving knobs brings, how sure that is, and which moves are worth it."""
