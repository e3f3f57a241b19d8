"""A service under a steady load for long, with outcomes coming in: its times, memory, handles and records over time."""
