"""What the extended writing samples say about the quoted drafts, computed again from the drafts.

`COMPUTED` maps a sample to a function of its question that returns the statements its answer has to hold, word for
word, with every count, percentage, rounded value and ratio worked out anew. Nothing here reads the answers.
"""

import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal

import pint

U = pint.UnitRegistry()
NAMES = ["none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
ORDINALS = ["", "first", "second", "third", "fourth", "fifth", "sixth"]
TENS = {"Thirty-two": 32}
REFERENCE = r"\[\d+\]"


def passages(question: str) -> list[str]:
    return re.findall(r'"([^"]+)"', question)


def draft(question: str) -> str:
    """The longest passage that the question quotes."""
    return max(passages(question), key=len)


def words(text: str) -> int:
    return len(text.split())


def sentences(text: str) -> list[str]:
    return re.split(r"(?<=[.?!])\s+(?=[A-Z])", text.strip())


def hits(pattern: str, text: str) -> str:
    """How often a pattern occurs, in words."""
    return NAMES[len(re.findall(pattern, text))]


def gap(text: str, first: str, last: str) -> int:
    """Words between the first occurrences of two words."""
    return words(text.split(first, 1)[1].strip(" ,").split(last, 1)[0])


def numbers(text: str) -> list[float]:
    return [float(number) for number in re.findall(r"(?<![\w.])\.?\d+(?:\.\d+)?", text)]


def percent(part: float, whole: float) -> int:
    return round(100 * part / whole)


def rounded(value: str, uncertainty: str, digits: int) -> tuple[str, str]:
    """The value to the decimal place of its uncertainty, and the uncertainty with this many significant digits."""
    exact = Decimal(uncertainty)
    place = Decimal(1).scaleb(exact.adjusted() - digits + 1)
    return str(Decimal(value).quantize(place, ROUND_HALF_UP)), str(exact.quantize(place, ROUND_HALF_UP))


def etching(q: str) -> list[str]:
    low, high, step = [int(number) for number in numbers(draft(q))[:3]]
    return [f"They make {NAMES[len(range(low, high + 1, step))]} etching times"]


def title(q: str) -> list[str]:
    count = words(draft(q))
    return [f"The title has {count} words, {NAMES[count - 15]} more than the upper end of the usual range"]


def outline(q: str) -> list[str]:
    found = re.findall(r"(?:^|/ )([\d.]+)", draft(q))
    groups: dict[str, int] = {}
    for number in found:
        if "." in number:
            parent = number.rpartition(".")[0]
            groups[parent] = groups.get(parent, 0) + 1
    [alone] = [f"{parent}.1" for parent, members in groups.items() if members == 1]
    depth = max(number.count(".") + 1 for number in found)
    return [f"Section {alone} stands alone", f"the outline stops at the {ORDINALS[depth]} level"]


def list_of_sources(q: str) -> list[str]:
    alike = [s for s in sentences(draft(q)) if re.fullmatch(r"\w+ \(\d{4}\) printed parts of \w+\.", s)]
    return [f"{NAMES[len(alike)].capitalize()} sentences of one pattern, with one source each"]


def balance(q: str) -> list[str]:
    pages = {name: int(count) for name, count in re.findall(r"(\w+) (\d+)[,.]", q)}
    total = int(numbers(q)[0])
    assert sum(pages.values()) == total
    own = [pages[name] for name in ("methods", "results", "discussion")]
    added = " + ".join(map(str, own))
    return [
        f"Theory takes {pages['theory']} of {total} pages, that is {percent(pages['theory'], total)} % of the body",
        f"${added} = {sum(own)}$ pages together, or {percent(sum(own), total)} %",
        f"{pages['discussion']} pages for {pages['results']} pages of results",
    ]


def no_abstract(q: str) -> list[str]:
    counts = [words(s) for s in sentences(draft(q))]
    background = sum(counts[:3])
    return [
        f"reads {', '.join('B' * (len(counts) - 1))}, M: {NAMES[len(counts) - 1]} sentences of background, one of",
        f"Of its {sum(counts)} words, {background} are background, which is {percent(background, sum(counts))} %",
    ]


def late_gap(q: str) -> list[str]:
    found = sentences(draft(q))
    where = next(i for i, s in enumerate(found, 1) if "has not been known" in s)
    assert any("recall is" in s for s in found[: where - 1])
    return [f"That gap, however, comes {ORDINALS[where]}, after the result"]


def keywords(q: str) -> list[str]:
    heading, listed = passages(q)
    terms = listed.split(", ")
    assert terms != sorted(terms, key=lambda term: term.removeprefix("a ").lower())
    assert [term for term in terms if term in heading.lower()] == ["buck converter"]
    return [f"The number is fine, {NAMES[len(terms)]},", "They are also not in alphabetical order"]


def five_parts(q: str) -> list[str]:
    labels = ["background", "gap", "method", "result", "method", "conclusion"]
    assert len(sentences(draft(q))) == len(labels)
    after, before = re.search(r"missed (\d+) % .* against (\d+) %", q).groups()  # type: ignore[union-attr]
    return [
        f"Yes, all {NAMES[len(set(labels))]} are there",
        f"the {NAMES[len(labels)]} sentences are {', '.join(labels)}",
        f"The {ORDINALS[5]} sentence returns to the method",
        f"the difference, {int(before) - int(after)} percentage points",
    ]


def two_ideas(q: str) -> list[str]:
    found = sentences(draft(q))
    before = next(i for i, s in enumerate(found) if s.startswith("The room"))
    return [
        f"After the {ORDINALS[before]} sentence. The first {NAMES[before]} speak of one idea",
        f"{NAMES[len(found) - before]} sentences are too few",
    ]


def comparator(q: str) -> list[str]:
    text = draft(q)
    return [
        f"It has {words(text)} words",
        f'and its verb "switches" stand {gap(text, "comparator,", "switches")} words',
    ]


def spliced(q: str) -> list[str]:
    assert len(sentences(draft(q))) == 1
    return [f"one sentence of {words(draft(q))} words"]


def replaced(q: str) -> list[str]:
    text = draft(q)
    before = TENS[text.split()[0]]
    return [
        f"in {NAMES[len(sentences(text))]} sentences",
        f"were {before} or {before + NAMES.index('two')} people tested",
    ]


def linked(q: str) -> list[str]:
    found = sentences(draft(q))
    openers = [s.split(",")[0] for s in found]
    assert openers == ["First", "Then", "Moreover", "Finally"]
    return [
        f"all {NAMES[len(found)]} sentences open with one",
        f"Without the {NAMES[len(openers)]} linking words the passage has {words(draft(q)) - len(openers)} words in "
        f"{NAMES[len(found)]} sentences",
    ]


def feed_forward(q: str) -> list[str]:
    nouns = re.findall(r"(\w+) of\b", draft(q))
    named = '"{}", "{}" and "{}"'.format(*nouns)
    return [f"The sentence has {words(draft(q))} words", f"in {NAMES[len(nouns)]} nouns, {named}, each followed by"]


WORDY = ["Due to the fact that", "the majority of", "have the ability to", "a large number of", "prior to"]


def wordy(q: str) -> list[str]:
    assert all(phrase in draft(q) for phrase in WORDY)
    all_words, spent = words(draft(q)), sum(map(words, WORDY))
    assert 3 * spent == 2 * all_words
    return [f"has {all_words} words, and {spent} of them, two thirds, stand in {NAMES[len(WORDY)]} wordy phrases"]


def bugs(q: str) -> list[str]:
    found = int(numbers(draft(q))[0])
    assert found % 2 == 0
    return [f"it is {gap(draft(q), 'The number', 'were')} words away", f"that is {found // 2} bugs for each"]


def points(q: str) -> list[str]:
    mean, top = numbers(q)
    return [f"which is {percent(mean, top)} % of the maximum"]


def leak(q: str) -> list[str]:
    old, new = numbers(draft(q))[:2]
    return [f"a reduction of {percent(old - new, old)} %"]


def cache(q: str) -> list[str]:
    new, old = [int(number) for number in numbers(q)[:2]]
    level, p = 0.05, float(re.search(r"\*p\* = (\.\d+)", q)[1])  # type: ignore[index]
    assert p < level
    return [
        f"*p* = {f'{p:.3f}'.removeprefix('0')} lies below {level}",
        f"The difference is {old - new} ms",
        f"$r = ({new} - {old})/{old} = {(new - old) / old:.2f}$, a reduction of {percent(old - new, old)} %",
    ]


def heat_sink(q: str) -> list[str]:
    _, ours, theirs = [int(number) for number in numbers(q)]
    return [f"a difference of {theirs - ours} °C"]


def creep_book(q: str) -> list[str]:
    authors = re.findall(r"[A-Z]\. [A-Z][a-z]+", draft(q))
    return [f"All {NAMES[len(authors)]} authors are listed"]


def sato(q: str) -> list[str]:
    listed = re.search(r"paper by (.+?) from", q)[1]  # type: ignore[index]
    return [f"The paper has {NAMES[len(re.split(', | and ', listed))]} authors"]


def asterisks(q: str) -> list[str]:
    return [f"{NAMES[draft(q).count('*')]} asterisks stand for products"]


def millihertz(q: str) -> list[str]:
    clock = U.Quantity(re.search(r"\d+ mHz", q)[0])  # type: ignore[index]
    power = len(str(round((U.Quantity(1, "MHz") / U.Quantity(1, "mHz")).to("").magnitude))) - 1
    return [f"one period in {(1 / clock).to('s').magnitude:.0f} s", f"$10^{power}$ times more"]


def pupils(q: str) -> list[str]:
    solved, asked, share = numbers(q)[:3]
    assert 100 * solved / asked == share
    return [f"{solved:.0f} of {asked:.0f} is {share} %", f"one of them is worth more than {int(100 / asked)} %"]


def bars(q: str) -> list[str]:
    low, high = [int(n) for n in re.search(r"scores (\d+) .* and (\d+)", q).groups()]  # type: ignore[union-attr]
    start = int(re.search(r"run from (\d+)", q)[1])  # type: ignore[index]
    drawn = (high - start) / (low - start)
    assert round(high / low, 1) == 1.3
    return [
        f"Yours begin at {start}, so they are {low - start} and {high - start} points high, a ratio of {drawn:.0f}",
        f"a ratio of only {high / low:.2f}",
        f"speaks of {NAMES[round(drawn)]} times as much, the numbers of about a quarter more",
    ]


def cell(q: str) -> list[str]:
    value, uncertainty = re.findall(r"(\d\.\d+) kΩ", q)
    two, one = rounded(value, uncertainty, 2), rounded(value, uncertainty, 1)
    kept = len(two[0].partition(".")[2])
    rest = value.removeprefix(two[0])
    return [
        f"{NAMES[kept].capitalize()} decimals.",
        f"{uncertainty} kΩ, rounded to two significant digits, is {two[1]} kΩ",
        f"Its last digit is the {ORDINALS[kept]} decimal, so the value is rounded there too and becomes {two[0]} kΩ",
        f"The other {NAMES[len(rest)]} digits of your cell, the {rest[0]} and the {rest[1]} at the end",
        f"{one[1]} kΩ, the value would be {one[0]} kΩ",
        f"$n = {NAMES.index('six')}$",
    ]


def alloys(q: str) -> list[str]:
    (a, da), (b, db) = [(int(x), int(u)) for x, u in re.findall(r"\((\d+) ± (\d+)\)", q)]
    assert a + da < b - db
    return [
        "They do not overlap",
        f"the bar of A ends at {a + da} HV, and that of B begins at {b - db} HV. The means differ by {b - a} HV",
    ]


def energy(q: str) -> list[str]:
    old, new, claimed = numbers(draft(q))
    assert percent(old - new, new) == claimed
    return [
        f"= ({new} - {old})/{old} = {(new - old) / old:.2f}$, a reduction of {percent(old - new, old)} %",
        f"dividing the difference of {old - new:.1f} J by the new value, {new} J",
    ]


def decibels(q: str) -> list[str]:
    old, new, claimed = [int(number) for number in numbers(q)]
    assert percent(new - old, old) == claimed
    step = new - old
    return [
        f"$({new} - {old})/{old} = {step / old}$",
        f"the same step of {step} dB would be {percent(step, 10)} % from 10 dB and {100 * step / 40} % from 40 dB",
        f"The change is simply {step} dB",
    ]


def nodes(q: str) -> list[str]:
    return [f"$n = {int(numbers(q)[0]) - 1}$ nodes remain"]


def pull_off(q: str) -> list[str]:
    count = NAMES.index(re.search(r"I pulled (\w+) specimens", q)[1])  # type: ignore[index]
    added = ["mean", "standard deviation", f"$n = {count}$"]
    decimals = {len(n.partition(".")[2]) for n in re.findall(r"\d+\.\d+", draft(q))}
    assert decimals == {1}
    return [
        f"So there are {NAMES[len(added)]} things, {added[0]}, {added[1]} and {added[2]}",
        "value and uncertainty have one decimal each",
    ]


def conference(q: str) -> list[str]:
    now, limit = [int(number) for number in numbers(q)]
    easy = round(0.2 * now)
    return [
        f"${now} - {limit} = {now - limit}$ words, and {now - limit} of {now} are {percent(now - limit, now)} %",
        f"here some {easy} words",
        f"the other {now - limit - easy} or so",
    ]


def filtered(q: str) -> list[str]:
    abstract, results, conclusion = passages(q)
    old, new, stated = numbers(results)
    assert numbers(abstract) == numbers(conclusion) != [stated]
    assert round(100 * (old - new) / old, 1) == stated
    return [
        f"From the {NAMES[len(passages(q))]} sentences alone",
        f"Abstract and conclusion say {numbers(abstract)[0]} %, the results {stated} %",
        f"$({new} - {old})/{old} = {(new - old) / old:.3f}$, a reduction of {stated} %",
    ]


def cited(q: str) -> list[str]:
    return [f"Two of the {hits('[(][a-z][)]', q)}: (b) and (d)"]


COMPUTED: dict[str, Callable[[str], list[str]]] = {
    "0002": etching,
    "0003": title,
    "0004": outline,
    "0005": list_of_sources,
    "0006": balance,
    "0011": no_abstract,
    "0012": late_gap,
    "0013": keywords,
    "0014": lambda q: [f"Its {words(draft(q))} words would open"],
    "0015": lambda q: [f"cites {hits(REFERENCE, draft(q))} studies"],
    "0016": five_parts,
    "0018": lambda q: [f"{hits('[(][0-9][)]', q).capitalize()} items are the upper limit"],
    "0021": two_ideas,
    "0022": comparator,
    "0025": spliced,
    "0027": replaced,
    "0029": linked,
    "0031": feed_forward,
    "0032": wordy,
    "0035": bugs,
    "0037": points,
    "0044": leak,
    "0046": cache,
    "0048": heat_sink,
    "0054": creep_book,
    "0055": sato,
    "0063": asterisks,
    "0064": millihertz,
    "0065": pupils,
    "0066": bars,
    "0067": cell,
    "0069": alloys,
    "0072": energy,
    "0073": decibels,
    "0076": lambda q: [f"None of the {NAMES[len(sentences(draft(q)))]} sentences belongs there"],
    "0077": nodes,
    "0079": pull_off,
    "0082": conference,
    "0083": filtered,
    "0098": cited,
}
