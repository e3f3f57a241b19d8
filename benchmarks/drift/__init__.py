"""Delay of drift detection and false alarms on simulated plants."""
