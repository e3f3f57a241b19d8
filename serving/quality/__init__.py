"""Requests and answers of processes that grade lots."""
