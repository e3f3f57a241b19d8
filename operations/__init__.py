"""Operations: what can be requested of a process, with the types of requests and responses and their computation."""
