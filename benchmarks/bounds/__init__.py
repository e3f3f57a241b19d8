"""What could be reached at best on simulated plants: the error of a prediction, and the money of a knob's step."""
