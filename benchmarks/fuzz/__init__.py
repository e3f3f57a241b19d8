"""Requests drawn from the service's own OpenAPI, valid and not, and what became of each."""
