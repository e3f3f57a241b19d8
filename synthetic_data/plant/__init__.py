"""Parts that simulated plants share: parameters, walks, weather, readings, set-points, faults, laboratory."""
