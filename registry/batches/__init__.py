"""Batches of new rows that retraining jobs were given."""
