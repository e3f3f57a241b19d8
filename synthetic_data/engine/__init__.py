"""The engine that runs any simulated plant: plan, runs, files, other plants of a kind."""
