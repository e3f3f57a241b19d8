"""The page of a response: drawn from its type alone."""
