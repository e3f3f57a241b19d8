"""Predictions of each task: types of requests and responses, and responses as rows and as columns."""
