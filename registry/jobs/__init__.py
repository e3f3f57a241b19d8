"""What jobs leave beside versions: batches of new rows, shadow periods, and models that nobody registered."""
