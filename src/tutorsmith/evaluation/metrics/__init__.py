"""One file a metric; each scores one answer at a time."""
