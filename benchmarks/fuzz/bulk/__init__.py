"""Bulk bodies drawn by their structure, and the responses of a service in a limited address space."""
