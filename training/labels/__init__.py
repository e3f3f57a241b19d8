"""Checks of new labels against the past, before anything is learnt from them."""
