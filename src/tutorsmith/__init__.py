"""Tutorsmith: forge a course tutor from worked answers and course notes, and measure whether it is good enough."""

__version__ = "0.1.0"
