"""Telemetry of the running service: log and metrics."""
