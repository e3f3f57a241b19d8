"""What simulated plants share."""
