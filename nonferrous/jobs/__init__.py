"""Retraining jobs: the worker that does them, the program in which each is done, and commands on them."""
