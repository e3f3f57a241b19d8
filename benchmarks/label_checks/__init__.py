"""Label checks on manipulated files and correct months."""
