"""How like a teacher's answer another one is: measures for samples that have an answer but no key points."""

import re
from collections import Counter

_MATH = re.compile(r"\$([^$]+)\$|(\d+(?:\.\d+)?(?:e-?\d+)?)")


def chrf(answer: str, reference: str, order: int = 6, beta: float = 2.0) -> float:
    """chrF in [0, 1] (Popovic 2015): mean F-beta of character n-grams up to `order`, white space left out."""
    scores = []
    a, r = "".join(answer.split()), "".join(reference.split())
    for n in range(1, order + 1):
        x = Counter(a[k : k + n] for k in range(len(a) - n + 1))
        y = Counter(r[k : k + n] for k in range(len(r) - n + 1))
        common = sum((x & y).values())
        precision, recall = common / max(1, sum(x.values())), common / max(1, sum(y.values()))
        weight = beta**2 * precision + recall
        scores.append((1 + beta**2) * precision * recall / weight if weight else 0.0)
    return sum(scores) / order


def math_recall(answer: str, reference: str) -> float:
    """Share of the reference's inline formulas and numbers that stand in the answer, white space apart."""
    plain = "".join(answer.split())
    wanted = {"".join((m[1] or m[2]).split()) for m in _MATH.finditer(reference)}
    return sum(w in plain for w in wanted) / len(wanted) if wanted else 1.0
