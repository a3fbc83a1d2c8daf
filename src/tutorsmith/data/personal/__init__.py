"""What in a text stands for one person: e-mail addresses, phone numbers, ids, names, passwords and keys."""

from tutorsmith.data.personal.find import KINDS, find_personal
from tutorsmith.data.personal.spans import Personal

__all__ = ["KINDS", "Personal", "find_personal"]
