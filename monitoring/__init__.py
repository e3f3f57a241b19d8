"""Watching a process: control charts and the report of a period."""
