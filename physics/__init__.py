"""What physics computes, one equation a function, and the protocol by which a process offers its physics to models."""
