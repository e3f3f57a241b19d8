"""From a plant's table to a first seed: what the table shows, what is suspected, and what has to be confirmed."""
