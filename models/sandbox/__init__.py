"""What is checked of a model's files before they are used."""
