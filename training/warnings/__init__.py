"""Early warnings in the jobs: learnt once for all candidates, measured on rows that nothing has learnt from."""
