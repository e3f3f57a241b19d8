"""Lead refining."""
