"""Model card and page of plots, whatever is predicted."""
