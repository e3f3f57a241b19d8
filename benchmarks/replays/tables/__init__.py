"""Simulated plants played through service, records and worker: what each way of retraining is worth."""
