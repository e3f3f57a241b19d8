"""Jobs that a worker does one after the other, kept in a database; what does them is dbos."""
