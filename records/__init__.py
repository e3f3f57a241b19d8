"""What the service answered and what became known later, in a database; SQLAlchemy is used here and nowhere else."""
