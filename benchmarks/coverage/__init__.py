"""Coverage of served intervals without outcomes, on plants that were not used for development."""
