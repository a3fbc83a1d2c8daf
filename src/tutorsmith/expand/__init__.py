"""Drafts of new samples and benchmark items from the course notes, checked, and queued for a person to decide."""
