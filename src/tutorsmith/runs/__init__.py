"""All runs of a place: an index that can always be made again from the run folders, and tables over it."""
