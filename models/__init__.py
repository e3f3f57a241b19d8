"""Table contract, features, candidate models, intervals, decisions, and model files."""
