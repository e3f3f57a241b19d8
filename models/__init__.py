"""What is computed, learned and decided: contract, features, candidates, intervals, and the files of a model."""
