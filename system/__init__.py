"""Local state of a machine: locks, temporary folders, child programs, full disks, cancellation; ids."""
