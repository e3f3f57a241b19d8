"""Two checkouts of this project on one machine: what each gives is recorded, then compared."""
