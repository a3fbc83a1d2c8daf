"""What a tutor may call instead of reckoning in its head: one table of tools with their schemas."""
