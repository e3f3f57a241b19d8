"""Load and faults of the gateway on real processes; records are compared with a simulated table."""
