"""Shared parts of reports: drawing, HTML and Markdown."""
