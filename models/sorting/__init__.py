"""Sorting of pieces: classes, contents, bins, and lots that keep their limits."""
