"""Operations: requests of a process, with types of requests and responses and their computation."""
