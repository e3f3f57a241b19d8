"""Bounds on simulated plants: lowest error of a prediction, and gain of a step of a set-point."""
