"""Aims compared with results, and the load of the machine during measurements."""
