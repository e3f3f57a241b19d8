"""How soon drift is seen on simulated plants, and how often where nothing changed."""
