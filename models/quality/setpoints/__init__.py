"""Set-points of lots: effects of moves on contents and defects, and moves that pay."""
