"""Many plants in one service: memory, start, first requests and documents."""
