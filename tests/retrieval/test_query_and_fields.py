"""What of a question and of a chunk is searched: weights, units, fields, and the postings behind them."""

from pathlib import Path

import pytest

from tutorsmith.data.schema import Message
from tutorsmith.retrieval import bm25
from tutorsmith.retrieval.bm25 import Field
from tutorsmith.retrieval.chunk import Chunk
from tutorsmith.retrieval.fields import fields_of
from tutorsmith.retrieval.index import build_index
from tutorsmith.retrieval.quantities import QUANTITIES, quantities, units
from tutorsmith.retrieval.query import query_of, terms
from tutorsmith.retrieval.search import search


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a thread with 8 nC per metre", ["C/m"]),
        (r"$\rho_l = 20$ nC/m and $\sigma=5.8\times10^{7}$ S/m", ["C/m", "S/m"]),
        ("5 uC/m^2 on a foil, 2 µC/m², 3 coulombs per square metre", ["C/m^2", "C/m^2", "C/m^2"]),
        (r"$\rho$ in C/m^3, $V$ in V, 2.4 GHz, 75 Ω, 3 ohm·m", ["C/m^3", "V", "Hz", "Ω", "Ω·m"]),
        ("每米带电 5 nC，电压 12 V", ["C", "V"]),
        ("The capacitor C and its voltage V in a dielectric, A and B", []),
        ("Figure 3 A shows Table 2", ["A"]),
        ("$C = 4$ and E_A/m_e", []),
    ],
)
def test_units_of_a_text(text: str, found: list[str]) -> None:
    assert units(text) == [f"unit:{unit}" for unit in found]


def test_every_unit_of_the_table_is_read() -> None:
    assert [units(f"it is 3 {unit} here") for unit in QUANTITIES] == [[f"unit:{unit}"] for unit in QUANTITIES]
    assert "conductivity" in quantities("unit:S/m")


def test_a_unit_finds_the_section_on_its_quantity() -> None:
    chunks = [
        Chunk("a.md", 0, "Sheet", "A foil carries a charge that is spread over its area."),
        Chunk("b.md", 0, "Thread", "A line charge has a density per length."),
        Chunk("c.md", 0, "Ball", "A ball carries its charge in the volume."),
    ]
    assert search(build_index(chunks), "Something has 3 nC per metre.", 1)[0].source == "b.md"


def test_what_is_asked_counts_more_than_a_quoted_passage_and_the_circumstances() -> None:
    found = terms('I study an antenna. Is this hedge right? "The laser may perhaps possibly heat the magnet a little."')
    assert found["hedg"] > found["antenna"] > found["laser"] > 0
    assert terms("charge charge")["charg"] < 2 * terms("charge")["charg"]


def test_earlier_turns_count_less_than_the_question() -> None:
    turns = [Message("user", "antenna"), Message("assistant", "dipole"), Message("user", "magnet")]
    found = terms(query_of(turns))
    assert found["magnet"] > found["antenna"] > found["dipol"] > 0


def test_words_of_one_family_find_each_other() -> None:
    chunks = [Chunk("a.md", 0, "", "The inductance of a coil."), Chunk("b.md", 0, "", "The resistance of a wire.")]
    assert [hit.source for hit in search(build_index(chunks), "inductor", 2)] == ["a.md"]


def test_fields_of_a_chunk() -> None:
    found = fields_of(
        Chunk("a.md", 0, "Ohm's law", r"The current $\mathbf{J}=\sigma\mathbf{E}$ in A/m^2 flows.", "Course")
    )
    assert found["title"] == ["cours"]
    assert set(found["formulas"]) == {"J", "sigma", "E"} and "sigma" not in found["body"]
    assert "curre~" in found["families"] and found["units"] == ["unit:A/m^2"]


def test_scores_by_hand(tmp_path: Path) -> None:
    """Two fields, worked out on paper: weights 2 and 1, no length normalisation, k1 = 1."""
    fields = {"head": Field(2.0, 0.0), "body": Field(1.0, 0.0)}
    index = bm25.build([{"head": ["x"], "body": ["x", "y"]}, {"body": ["y"]}, {}], fields, 1.0)
    idf_x, idf_y = 0.98083, 0.47000  # ln(1 + 2.5/1.5), ln(1 + 1.5/2.5)
    assert index.score({"x": 1.0}).tolist() == pytest.approx([idf_x * 3 / 4, 0, 0], abs=1e-4)
    assert index.score({"x": 0.5, "y": 2.0, "z": 9.0}).tolist() == pytest.approx(
        [0.5 * idf_x * 3 / 4 + idf_y, idf_y, 0], abs=1e-4
    )
    bm25.save(index, tmp_path)
    assert bm25.load(tmp_path).score({"x": 1.0, "y": 1.0}).tolist() == index.score({"x": 1.0, "y": 1.0}).tolist()


def test_a_longer_field_counts_less_where_b_says_so() -> None:
    documents = [{"body": ["x"]}, {"body": ["x", *"abcdefgh"]}]
    even, short = (bm25.build(documents, {"body": Field(1.0, b)}, 1.5).score({"x": 1.0}) for b in (0.0, 0.8))
    assert even[0] == even[1] and short[0] > short[1]
