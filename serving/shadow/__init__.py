"""A version in shadow: it answers what clients asked, beside the champion, and no client sees it."""
