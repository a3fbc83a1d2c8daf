"""What a tool says when it cannot do what it was asked. The model reads it as the result of its call."""


class ToolFailure(ValueError):
    """what: one clause that says what is wrong, with the place; mend: what to call instead."""

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(f"{what}: {mend}")
        self.what = what
        self.mend = mend

    def as_result(self) -> dict[str, str]:
        return {"error": self.what, "mend": self.mend}
