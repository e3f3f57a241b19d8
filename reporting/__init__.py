"""What reports share: drawing, HTML and Markdown."""
