"""Soak test: a service under steady load with outcomes; times, memory, handles and records over time."""
