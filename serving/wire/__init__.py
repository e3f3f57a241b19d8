"""Large tables in requests and responses, processed without delay of short requests."""
