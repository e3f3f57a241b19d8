"""The HTTP service that answers with the champion models."""
