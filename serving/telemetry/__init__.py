"""What an engineer sees of the running service: its log and its metrics."""
