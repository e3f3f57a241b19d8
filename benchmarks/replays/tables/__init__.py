"""Replays of simulated plants with service, records and worker, by retraining policy."""
