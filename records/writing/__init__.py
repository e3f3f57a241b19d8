"""Writing of the records: requests in groups, how much of each client, and whether it can be done."""
