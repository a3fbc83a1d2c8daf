"""Highlighting, formulas, number formats and Markdown escapes."""

import re
import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_runs import verdict

from tutorsmith.report import figures, plots
from tutorsmith.report.environment import cell, fenced, plain
from tutorsmith.report.highlight import SHOWN_CHARACTERS, clipped, find, marked_numbers, segments
from tutorsmith.report.mathml import to_mathml
from tutorsmith.report.records import Training, VerdictView
from tutorsmith.report.words import Words


def view(point: str, passed: bool | None, matched: str, contradicted: bool = False, number: int = 1) -> VerdictView:
    return VerdictView(**verdict(point, passed, matched, contradicted=contradicted), number=number)


@given(st.text(alphabet="ab$*#\n \\()\u96fb", max_size=60), st.text(alphabet="ab$ \u96fb", max_size=6))
def test_segments_joined_are_the_answer(answer: str, matched: str) -> None:
    parts = segments(answer, [view("p", True, matched), view("q", False, "a b", True, 2)])
    assert "".join(part.text for part in parts) == answer
    assert all(part.text for part in parts)


def test_a_contradiction_outranks_a_match_of_the_same_text() -> None:
    parts = segments("the depth grows", [view("p", True, "depth grows"), view("q", False, "grows", True, 2)])
    assert [(p.text, p.kind, p.numbers) for p in parts] == [
        ("the ", "", ()),
        ("depth ", "hit", (1,)),
        ("grows", "contra", (2, 1)),
    ]


def test_a_marked_stretch_bears_its_number_once_whatever_styles_it_holds() -> None:
    parts = segments("the **depth** grows $x$ fast", [view("p", True, "**depth** grows $x$ fast")])
    assert [(p.text, p.style, p.first) for p in parts] == [
        ("the ", "", False),
        ("**depth**", "bold", True),
        (" grows ", "", False),
        ("$x$", "math", False),
        (" fast", "", False),
    ]
    assert marked_numbers("no such text", [view("p", True, "depth")]) == frozenset()


def test_a_missed_point_with_text_is_marked_as_near() -> None:
    parts = segments("2.2 um", [view("2.09 um", False, "2.2 um")])
    assert [(p.kind, p.note) for p in parts] == [("near", "2.09 um")]


@pytest.mark.parametrize(
    ("matched", "expected"),
    [
        ("Gauss's law", [(9, 20)]),
        ("gauss's   LAW", [(9, 20)]),
        ("By using Gauss … is zero", [(0, 14), (28, 35)]),
        ("not there", []),
        ("", []),
        ("   ", []),
    ],
)
def test_matched_text_is_found_loosely(matched: str, expected: list[tuple[int, int]]) -> None:
    assert find(matched, "By using Gauss's law, the E is zero") == expected


def test_long_answers_are_cut_at_the_limit() -> None:
    answer = "x" * (SHOWN_CHARACTERS + 7)
    assert clipped(answer) == 7
    assert sum(len(p.text) for p in segments(answer, [])) == SHOWN_CHARACTERS


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (r"$E = \frac{Q}{4\pi\varepsilon_0 r^2}$", "E=Q4πε0r2"),
        (r"\(\nabla\times\mathbf{H} = \mathbf{J} + \partial_t \mathbf{D}\)", "∇×H=J+∂tD"),
        (r"\[\oint_S \vec{E}\cdot d\vec{A} = 0\]", "∮SE→⋅dA→=0"),
        (r"$\left( \frac{a}{b} \right)^2$", "(ab)2"),
        (r"$f'' = -k f$", "f′′=−kf"),
        (r"$10\,\mathrm{kHz}$", "10kHz"),
        (r"$a < b \& c$", "a<b&c"),
        (r"$v = 5\ \text{m/s}$", "v=5m/s"),
        (r"$\sqrt{\mu\varepsilon} \approx 3.14$", "με≈3.14"),
    ],
)
def test_formulas_keep_all_their_signs(source: str, text: str) -> None:
    made = to_mathml(source)
    assert made is not None
    assert "".join(ElementTree.fromstring(made).itertext()).replace(" ", "") == text


@pytest.mark.parametrize(
    "source",
    [
        r"$\unknown{x}$",
        r"$\begin{matrix}a\end{matrix}$",
        r"$\frac{a}$",
        r"${a$",
        r"$a}$",
        r"$x^a^b$",
        r"$x^$",
        r"$\left( a$",
        r"$\text{a$",
        "$$",
        "$ $",
        "$" + "{" * 200 + "}" * 200 + "$",
    ],
)
def test_a_formula_that_is_not_understood_is_left_alone(source: str) -> None:
    assert to_mathml(source) is None


@given(st.text(alphabet="\\frac{}^_$abs<>&'\"1.() left right", max_size=80))
def test_any_formula_gives_none_or_well_formed_markup(source: str) -> None:
    made = to_mathml(f"${source}$")
    if made is not None:
        assert ElementTree.fromstring(made).tag == "math"


def test_numbers_are_written_for_readers() -> None:
    assert figures.percent(0.674) == "67.4 %"
    assert figures.percent(0.9) == "90 %"
    assert figures.percent(0.0) == "0 %"
    assert figures.percent(None) == "–"
    assert figures.span(0.41, 0.8633) == "41–86.3 %"
    assert figures.span(None, 0.5) == "–"
    assert figures.points(0.125) == "+12.5"
    assert figures.points(-0.03) == "\u22123"
    assert figures.points(-0.0001) == "0"
    assert figures.probability(0.0004) == "< 0.001"
    assert figures.probability(0.0312) == "0.031"
    assert figures.probability(0.5) == "0.50"
    assert figures.seconds(0.622) == "0.62"
    assert figures.seconds(214.71) == "214.7"


def test_markdown_text_of_others_stays_text() -> None:
    assert plain("![x](http://a) <b>") == r"\!\[x\](http://a) &lt;b>"
    assert cell("a|b\nc") == r"a\|b c"
    assert fenced("a ```` b") == "`````text\na ```` b\n`````"


def test_plot_takes_the_colours_of_the_page_and_unique_ids() -> None:
    training = Training(((1, 2.0, 1e-3), (2, 1.5, 5e-4)), ((2, 1.8),), 1.0, None, 2, 1.8, "")
    figure = plots.loss_plot(training, Words("zh"))
    assert figure is not None
    svg = plots.svg_of(figure)
    inline = plots.for_page(svg, "loss", 'a "label" <b>')
    root = ElementTree.fromstring(inline)
    assert root.get("aria-label") == 'a "label" <b>'
    assert "currentColor" in inline
    assert "var(--grid)" in inline
    ids = [e.get("id", "") for e in root.iter() if e.get("id")]
    assert all(name.startswith("loss-") for name in ids)
    assert len(ids) == len(set(ids))
    assert {"#" + name for name in ids} >= set(re.findall(r"url\((#[^)]+)\)", inline))
    assert "学习率" in inline
    # On paper nothing is left for a page to fill in.
    assert b"var(" not in plots.standalone(svg)


def test_nothing_recorded_gives_no_plot() -> None:
    assert plots.loss_plot(None, Words("en")) is None
    assert plots.loss_plot(Training((), (), None, None, None, None, ""), Words("en")) is None
