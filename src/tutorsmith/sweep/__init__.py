"""Search for settings on held-out training samples. Nothing here opens a benchmark."""
