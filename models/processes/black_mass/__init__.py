"""Black mass."""
