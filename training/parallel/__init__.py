"""Fits of a job side by side, where they take longer than the start of a process."""
