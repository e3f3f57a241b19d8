"""The service beside its peers: one record, many records, start and memory."""
