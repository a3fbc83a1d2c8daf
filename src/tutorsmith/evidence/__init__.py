"""Question and notes -> whether the question can be answered and if not why, by signs that can be read."""
