"""Regret of the choice of a candidate: error of the registered one beside that of the best of its job."""
