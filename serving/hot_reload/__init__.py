"""What is served: seeds and champions, followed while the service runs."""
