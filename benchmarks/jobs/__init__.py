"""Faults done to the worker of retraining jobs and to what it stands on."""
