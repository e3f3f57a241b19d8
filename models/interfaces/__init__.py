"""Interfaces of the physics that a process may offer."""
