"""Coverage of the intervals that are served while no outcome comes in, on plants that nothing was chosen on."""
