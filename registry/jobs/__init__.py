"""What jobs leave beside versions: batches of new rows, and models that nobody registered."""
