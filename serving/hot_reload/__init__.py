"""Hot reload: seeds and champions are updated while the service runs."""
