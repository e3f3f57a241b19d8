"""Job queue in a database; a worker runs its jobs sequentially with dbos."""
