"""The command line; each command imports what it needs when it runs."""


def main() -> None:
    """Run the command line."""
    raise SystemExit("not built yet")
