"""What tasks that predict classes share: how right probabilities are, and its figures."""
