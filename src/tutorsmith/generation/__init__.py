"""Engines that answer prompts. Never scores."""
