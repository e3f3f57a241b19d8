"""Shadow periods: what a job leaves beside a version that answers beside the champion for a while."""
