"""What a store has on this machine: its database, and folders for a moment."""
