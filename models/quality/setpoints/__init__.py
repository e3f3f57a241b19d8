"""Set-points of a lot's knobs: what moves do to contents and defects, and which of them earn more than they cost."""
