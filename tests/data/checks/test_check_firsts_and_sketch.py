"""The table of first comers against a dict, and the sketch against the similarity that it estimates."""

import random
from itertools import pairwise

import numpy as np

from tutorsmith.data.checks.firsts import Firsts
from tutorsmith.data.checks.sketch import _bands, _minima, similarity


def test_firsts_is_a_dict_with_setdefault() -> None:
    random_ = random.Random(4)
    firsts, known, count = Firsts(), {}, 0  # type: ignore[var-annotated]
    for _ in range(80):
        # Few values, colliding ones and wide ones, some twice in one batch.
        keys = [
            random_.choice([random_.randint(1, 60), random_.getrandbits(63) + 1, random_.randint(1, 40) << 40])
            for _ in range(random_.randint(0, 300))
        ]
        values = list(range(count, count + len(keys)))
        count += len(keys)
        got = firsts.set_default(np.array(keys, np.uint64), np.array(values, np.uint32))
        assert got.tolist() == [known.setdefault(key, value) for key, value in zip(keys, values, strict=True)]


def test_similarity_is_estimated_and_the_alike_meet_in_a_band() -> None:
    random_ = random.Random(5)
    errors, met = [], []
    for round_ in range(60):
        one = [f"word{random_.randint(0, 4000)}" for _ in range(150)]
        other = [f"word{random_.randint(0, 4000)}" if random_.random() < round_ / 600 else word for word in one]
        pairs, others = set(pairwise(one)), set(pairwise(other))
        truth = len(pairs & others) / len(pairs | others)
        a, b = _minima([" ".join(one)]), _minima([" ".join(other)])
        errors.append(similarity((a & 255).astype(np.uint8), (b & 255).astype(np.uint8)) - truth)
        if truth >= 0.8:
            met.append(bool((_bands(a[None]) == _bands(b[None])).any()))
    assert abs(float(np.mean(errors))) < 0.03
    assert float(np.std(errors)) < 0.08
    assert len(met) > 20
    assert all(met)
