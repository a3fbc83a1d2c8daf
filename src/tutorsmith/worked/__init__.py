"""Worked calculations: what a question asks for, calculated from its values and the relations of the notes."""

from tutorsmith.worked.calculator import Calculator, calculate
from tutorsmith.worked.say import said
from tutorsmith.worked.written import Calculation

__all__ = ["Calculation", "Calculator", "calculate", "said"]
