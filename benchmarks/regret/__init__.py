"""Regret of candidate selection: error of the registered candidate relative to the job's best."""
