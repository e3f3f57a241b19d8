"""Loading of a version into a serving process: checks, trial load, signatures."""
