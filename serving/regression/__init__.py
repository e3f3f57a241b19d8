"""Requests and answers of processes that predict a number."""
