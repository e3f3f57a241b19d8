"""Rows and models of a job: data sets, splits, fits, comparison, evaluation and the gate."""
