"""Fuzz tests: valid and invalid requests drawn from the service's OpenAPI, and their results."""
