"""Routes of the loop that keeps models right: retraining jobs, and who became champion when and why."""
