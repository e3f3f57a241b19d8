"""Records of retraining jobs: batches of new rows, shadow periods, and idempotent decisions."""
