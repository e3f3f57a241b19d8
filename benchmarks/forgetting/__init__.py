"""Which history forgets best: what a candidate errs that has learnt all of it, its newest part, or fading rows."""
