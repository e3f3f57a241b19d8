"""How time and memory of a training job grow with the rows of its table."""
