"""Recommended set-points in the service: what requests hold, how they are read, and what answers say."""
