"""The door of the service: who may come in, how much of it, and how long it may take."""
