"""Requests and answers of processes that sort."""
