"""Formats of a model's files: the one that is written, and those that are read."""

NEWEST = 9
READ = (NEWEST,)
