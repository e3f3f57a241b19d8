"""What is raised where a promise on lots cannot be given."""


class GuaranteeError(ValueError):
    """Too few lots for what a seed promises of them, or no way to keep it."""
