"""Gateway between the control system of a plant and the service; a process of its own."""
