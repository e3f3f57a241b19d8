"""Closed-loop trials of set-points: ways to choose them, on simulated plants that nobody has seen.

`plants`, `observation`: the plants, and what of them is in hand; `action_space`, `choice`, `policies`,
`naive_policies`, `product`, `oracle`: the ways to choose; `loop`, `realised`: running them; `outcome`: what comes of
it; `runs`, `checkpoint`: all plants, in processes, a finished arm at a time; `tables`, `record`: what the terminal and
MLflow get.
"""
