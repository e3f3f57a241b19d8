"""Heavy scrap."""
