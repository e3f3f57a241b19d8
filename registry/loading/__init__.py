"""How a version comes into a process that answers: checks, a trial, signatures."""
