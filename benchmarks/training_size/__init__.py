"""Time and memory of a training job as a function of the rows of its table."""
