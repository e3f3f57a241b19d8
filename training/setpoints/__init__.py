"""Closed-loop trials of set-points: policies on simulated plants outside the training rows.

`plants`, `observation`: the plants, and their observation; `action_space`, `choice`, `policies`,
`naive_policies`, `product`, `oracle`: the ways to choose; `loop`, `realised`: running them; `outcome`: what comes of
it; `runs`, `checkpoint`: all plants, in processes, a finished arm at a time; `tables`, `record`: what the terminal and
MLflow get.
"""
