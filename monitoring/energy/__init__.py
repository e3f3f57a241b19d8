"""The report of a month's energy and carbon, and its page."""
