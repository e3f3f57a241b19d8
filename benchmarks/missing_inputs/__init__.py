"""Coverage, width and release by pattern of missing inputs, on plants that development did not use."""
