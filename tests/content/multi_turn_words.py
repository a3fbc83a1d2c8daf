GIVEN: list[str] = []
WORDED: dict = {}
