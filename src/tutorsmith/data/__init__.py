"""Samples and benchmark items: schema, reading, checks. Never imports torch."""
