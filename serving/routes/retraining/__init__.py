"""Routes of retraining: jobs and the promotion history."""
