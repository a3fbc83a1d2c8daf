"""What the extended writing samples count and what they take from the notes.

`INSTANCES` backs a counted claim ("four faults") with the passages that are counted; a leading `!` marks something that
the draft lacks. `TAUGHT` holds the numbers that are rules of the notes, with the wording that the notes use.
`STATISTICS` has the test statistics that questions state.
"""

from scipy import stats

INSTANCES: dict[str, list[tuple[str, list[str]]]] = {
    "0002": [("three chapters", ["was varied", "the roughness was lowest at 40 s", "because"])],
    "0004": [("two faults", ["4.1 Density", "3.2 How were the samples sintered?"])],
    "0012": [("Three tenses are wrong", ["will train", "the recall is 0.94", "suggested that inspection"])],
    "0022": [("Three statements", ["was taken from", "switches too late", "the duty cycle drifts"])],
    "0025": [
        ("Four faults", ["Although the sample is small, but", "because", "clear, moreover", "so the method"]),
        (
            "five statements",
            ["sample is small", "effect is clear", "it appeared", "teachers were trained", "can be trusted"],
        ),
    ],
    "0026": [("three words of reference", ["and it ", "unrolls it", "which"])],
    "0027": [("three names are used", ["learners", "participant", "subjects"])],
    "0033": [("four different words", ["I measure", "the author", "one can", "we recommend"])],
    "0034": [
        ("the six verbs", ["showed", "rises", "load each", "breaks", "measures", "confirmed"]),
        ("five are in the wrong tense", ["showed", "load each", "breaks", "measures", "confirmed it since"]),
    ],
    "0036": [
        ("Five. Two", ["built LC oscillator", "with quality factor", "an uniform", "of the 5 V", "An USB"]),
        ("Two articles are missing", ["built LC oscillator", "with quality factor"]),
        ("Two have the wrong form", ["an uniform", "An USB"]),
    ],
    "0037": [
        (
            "seven marks",
            ["The thing is that", "didn't", "get", "a lot of", "pretty", "sad", "points, which is pretty sad!"],
        )
    ],
    "0042": [("a threefold hedge", ["might", "perhaps", "hint"])],
    "0049": [("six hedges", ["could", "perhaps", "might", "possibly", "suggest", "may prefer"])],
    "0054": [("five things are wrong", ["Y. Petrova", "and J. Arai", "J. Arai, Creep", "![M]", "!: Alpine Press"])],
    "0062": [
        (
            "seven faults",
            [
                "stands below it",
                "Table 2",
                "Hardness.",
                "450 °C",
                "212.3 HV\nB | 500 °C | 205 HV",
                "| -",
                "grid of lines",
            ],
        )
    ],
    "0064": [("four faults", ["2 Kgs", "50 mHz", "V_{max}", "12 $V$"])],
    "0065": [("five slips", ["15 of the 24", "5-10min", "62.5%", "21°C", " .8 "])],
    "0086": [("the four words", ["Less samples", "form the", "it's", "effected"])],
    "0088": [("three faults", ["P3: says that drift restricts", "P2: defines drift and", "P4: gives the price"])],
    "0090": [("in four respects", ["The color", "analyzed", "the real time system", "Figure 2 and Fig. 3"])],
}

TAUGHT: dict[str, str] = {
    "about 8 to 15 words": "about 8 to 15 words",
    "150-250 words": "150-250 words",
    "Take 3 to 8 noun phrases": "Keywords are the 3 to 8 terms",
    "the average of 15-25": "The average sentence length in academic English is 15-25 words",
    "the 40 at which a sentence should be split": "A sentence of more than 40 words is split",
    "usually shrinks by 10-20 %": "usually shrinks by 10-20 %",
    "about 20 % can be found": "Up to 20 % can be found",
    "Appendix A, (A.1)": "Appendix A, Fig. A.1, (A.1)",
    '"Fig. 2", "Section 3"': '"Fig. 2", "Section 3"',
    "(2021). Title of the article. *Journal Name*, *12*(3), 45–52.": (
        "(2021). Title of the article. *Journal Name*, *12*(3), 45–52."
    ),
    "2nd ed. City: Publisher, 2019: 80-95.": "2nd ed. City: Publisher, 2019: 80-95.",
    "5 V to 10 V": "5 V to 10 V",
    "$N \\geq 3$": "only if it is used at least three times",
    "used at least three times": "used at least three times",
    "Of the three parts": "no part may be missing",
    "one of three questions": "A writer should ask three questions",
    "all three parts of a comparison": "A comparison needs three things",
    "the three differ a good deal in width": "(standard deviation, standard error or 95 % confidence interval)",
    "stops at three": "Up to three authors are listed",
    "shortens three or more": "Three or more authors are shortened",
    "the three that a table needs": "Use three horizontal rules",
    "APA 7": "APA 7",
    "GB/T 7714": "GB/T 7714",
}
"""Wording of an answer -> wording of the notes."""


def p_of_t(t: float, df: int) -> float:
    return float(2 * stats.t.sf(t, df))


def p_of_r(r: float, df: int) -> float:
    return p_of_t(r * (df / (1 - r**2)) ** 0.5, df)


STATISTICS = {
    "0045": (r"\*r\*\((\d+)\) = (\.\d+), \*p\* = (\.\d+)", p_of_r),
    "0046": (r"\*t\*\((\d+)\) = ([\d.]+), \*p\* = (\.\d+)", p_of_t),
    "0081": (r"\*t\*\((\d+)\) = ([\d.]+), \*p\* = (\.\d+)", p_of_t),
}
"""Test statistics that questions state, with the function that gives their p-value."""
