"""What retraining jobs leave: batches of new rows, shadow periods, and decisions that are carried out once."""
