"""Time and memory of predictions for tables larger than memory."""
