"""Load and faults of the gateway on real processes: rows of the records are compared with a simulated table."""
