"""Training jobs and what they leave: metrics, cards, pages, trials and the table of versions."""
