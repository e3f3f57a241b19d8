"""Early warnings in the jobs: fitted once for all candidates, evaluated outside the training rows."""
