"""Interfaces of a process: its physics, and the response, energy and schedule made with it."""
