"""What stands on this machine: the database of a store, folders for a moment, and who lives."""
