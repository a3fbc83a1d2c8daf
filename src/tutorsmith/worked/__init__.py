"""Worked calculations: what a question asks for, calculated from its values and the relations of the notes."""
