"""What becomes known of units' periods after they were asked for: taken, and found again among the records."""
