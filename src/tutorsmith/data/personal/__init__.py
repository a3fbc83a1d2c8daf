"""What in a text stands for one person: e-mail addresses, phone numbers, ids, names, passwords and keys."""

from tutorsmith.data.personal.find import KINDS, Personal, find_personal

__all__ = ["KINDS", "Personal", "find_personal"]
