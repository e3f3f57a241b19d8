"""What the electric energy of a process goes into and what it emits: one module a process, found by its name."""
