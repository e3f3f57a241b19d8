"""Service compared with its peers: one record, many records, start and memory."""
