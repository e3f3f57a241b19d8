"""A process's table: its contract, reading, lags and the matrix of inputs."""
