"""Schedules of the current by the hour in the service."""
