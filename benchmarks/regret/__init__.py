"""What the choice of a candidate costs: error of the registered one beside that of the best of its job."""
