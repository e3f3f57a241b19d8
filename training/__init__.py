"""Jobs: read, split, fit, evaluate, track, compare, promote, retrain."""
