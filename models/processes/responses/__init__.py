"""What moving a process's set-points does, by physics: a module a process."""
