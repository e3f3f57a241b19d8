"""What ends and breaks on a plant's network, done to real processes under load; what was answered is counted."""
