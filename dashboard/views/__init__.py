"""Content of each page, computed from the state of the plant and without HTML."""
