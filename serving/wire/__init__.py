"""Many rows at once: tables in and out, and work that is long and must not hold up short requests."""
