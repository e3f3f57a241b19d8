"""Physics of each process's own columns: features, derived quantities and contents, by folder."""
