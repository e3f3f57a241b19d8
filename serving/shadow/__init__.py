"""Shadow mode: a version predicts clients' requests next to the champion, invisible to clients."""
