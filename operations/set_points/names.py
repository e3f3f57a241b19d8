"""Names of the operations on set-points, and of fields that several of them have."""

RECOMMENDATIONS, WHAT_IF, PARETO, EXPERIMENTS = "recommendations", "what-if", "pareto", "experiments"
MOVES = "moves"
