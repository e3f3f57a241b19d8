"""Parts of a retraining job: what it learns from, and what else is asked of its challenger."""
