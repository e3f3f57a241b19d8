"""Responses of process routes: the model chosen, work in threads, encoding and recording."""
