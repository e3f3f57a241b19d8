"""Physics by topic, one equation for each function."""
