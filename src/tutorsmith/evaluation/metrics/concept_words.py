"""The words of a text that name concepts: the longest wording at each place, and what words can mean besides."""

import re

from tutorsmith.evaluation.metrics.lexicon import WORD, Form, lexicon, stem

_LONGEST_FORM = 7
_COMPARED = re.compile(r"比(?=[^,。;比]{1,12}?(?:(?P<more>[大高强多长快])|(?P<less>[小低弱少短慢]))(?:[,。;了得些]|$))")
_LATER = re.compile(r"比(?=[^,。;比]{1,12}?(?:晚|迟|(?P<early>早)))")
_APART = 7  # words from a verb to its particle
_PARTICLES = frozenset({"in", "out", "up", "down", "off", "away", "apart", "together"})
_OBJECTS = frozenset({"it", "them", "thi", "that", "these", "each", "both"})
_PAUSE = re.compile(r"[,;:.!?\n]\s")
_CHINESE_RUN = re.compile(r"[\u4e00-\u9fff]+")
_NUMBER_WORDS = dict(
    zip(["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"], range(1, 11), strict=True)
) | dict(zip("一二三四五六七八九十", range(1, 11), strict=True))

_NUMBER_STEMS = {stem(word): number for word, number in _NUMBER_WORDS.items()}
_ARTICLES = frozenset({"the", "a", "an"})
_POSTPOSED_TIME = re.compile(
    r"(?<=[\u4e00-\u9fff])(?<![之以提目此先])前(?=[应要必须先,])|(?<=[\u4e00-\u9fff])(?<![之以此最])后(?=[再才应要,])"
)
_FIRST_THEN = re.compile(
    r"先[^。;]{1,30}?(?P<zh>再|然后|之后|才)|\bfirst\b[^.;]{3,80}?\b(?P<en>then|afterwards|only then|after that)\b",
    re.IGNORECASE,
)


def raw_tokens(prose: str) -> list[tuple[Form, int, int]]:
    table = lexicon()
    out: list[tuple[Form, int, int]] = []
    taken = bytearray(len(prose))
    for found in table.chinese_pattern.finditer(prose):
        out.append((table.chinese[found.group()], found.start(), found.end()))
        taken[found.start() : found.end()] = b"\x01" * (found.end() - found.start())
    for than in _COMPARED.finditer(prose):
        out.append((Form("exceed", converse=than.group("less") is not None), than.start(), than.end()))
    for then in _FIRST_THEN.finditer(prose):
        out.append((Form("before_time"), *then.span("zh" if then.group("zh") else "en")))
    for before in _POSTPOSED_TIME.finditer(prose):
        out.append((Form("before_time", converse=before.group() == "前"), before.start(), before.end()))
    for than in _LATER.finditer(prose):
        out.append((Form("lag", converse=than.group("early") is not None), than.start(), than.end()))
    for run in _CHINESE_RUN.finditer(prose):
        out += _unknown_chinese(prose, run.start(), run.end(), taken)
    words = [(m.group(), m.start(), m.end()) for m in WORD.finditer(prose) if not taken[m.start()]]
    stems = [stem(re.sub(r"[\s{}]", "", w)) for w, _, _ in words]
    index = 0
    while index < len(words):
        if boundary := re.fullmatch(r"([EBDHJ])_\{?\d?([nt])\d?\}?", re.sub(r"\s", "", words[index][0])):
            out += _boundary(boundary, words, index, prose)
            index += 1
            continue
        step, form = _longest(words, stems, index, prose)
        if form is not None:
            out.append((form, words[index][1], words[index + step - 1][2]))
        index += step
    return out


def loose_tokens(prose: str) -> list[tuple[Form, int, int]]:
    """Second meanings: of the longest such wording at each place, whatever else its words are."""
    table = lexicon()
    out = [(f, m.start(), m.end()) for m in table.loose_pattern.finditer(prose) for f in table.loose_chinese[m.group()]]
    words = [(m.start(), m.end()) for m in WORD.finditer(prose)]
    stems = [stem(re.sub(r"[\s{}]", "", prose[a:b])) for a, b in words]
    for index, (start, _) in enumerate(words):
        for length in range(min(_LONGEST_FORM, len(words) - index), 0, -1):
            forms = table.loose_english.get(tuple(stems[index : index + length]), ())
            end = words[index + length - 1][1]
            if forms and (length == 1 or not _PAUSE.search(prose[start:end])):
                out += [(form, start, end) for form in forms]
                break
        out += [(form, start, words[index][1]) for form in parted(prose, words, stems, index)]
    return out


def parted(prose: str, words: list[tuple[int, int]], stems: list[str], index: int) -> tuple[Form, ...]:
    """The verb and the particle stand apart: "keeps the external field out"."""
    table = lexicon()
    for after in range(index + 2, min(index + _APART, len(words))):
        if stems[after] in _PARTICLES and not _PAUSE.search(prose[words[index][0] : words[after][1]]):
            pair = (stems[index], stems[after])
            return table.loose_english.get(pair, ()) or ((table.english[pair],) if pair in table.english else ())
    return ()


def _boundary(
    found: re.Match[str], words: list[tuple[str, int, int]], index: int, prose: str
) -> list[tuple[Form, int, int]]:
    """E_t is the tangential electric field; E_1t = E_2t says that it is continuous."""
    word, start, end = words[index]
    out = [(Form("tangential" if found.group(2) == "t" else "normal"), start, end)]
    if symbol := lexicon().symbols.get(found.group(1)):
        out.append((symbol, start, end))
    following = prose[end : end + 40].replace("}", " ").lstrip()
    if following.startswith("=") and re.match(rf"=\s*{word[0]}\s*_", following):
        out.append((Form("continuous"), start, end))
    return out


def _longest(words: list[tuple[str, int, int]], stems: list[str], index: int, prose: str) -> tuple[int, Form | None]:
    """`_wording`, but an article takes no word from a longer wording after it ("the same direction")."""
    length, form = _wording(words, stems, index, prose)
    if length > 1 and stems[index] in _ARTICLES and index + 1 < len(words):
        after, better = _wording(words, stems, index + 1, prose)
        if after >= length and better is not None:
            return 1, None
    return length, form


def _wording(words: list[tuple[str, int, int]], stems: list[str], index: int, prose: str) -> tuple[int, Form | None]:
    """The longest wording of the lexicon that starts here, else the word itself."""
    table = lexicon()
    for length in range(min(_LONGEST_FORM, len(words) - index), 0, -1):
        key = tuple(stems[index : index + length])
        gap = prose[words[index][1] : words[index + length - 1][2]]
        if length > 1 and (len(gap) > 60 or _PAUSE.search(gap)):
            continue
        if length == 1 and (form := _symbol(words[index][0])):
            return 1, form
        if key in table.english:
            return length, table.english[key]
        # "spell it out": the object stands within the verb
        if length == 3 and key[1] in _OBJECTS and key[2] in _PARTICLES and (key[0], key[2]) in table.english:
            return length, table.english[key[0], key[2]]
    word, first = stems[index], words[index][0]
    if word in _NUMBER_STEMS:
        return 1, Form(f"n:{float(_NUMBER_STEMS[word])}")
    if first[0].isdigit():
        return 1, Form(f"n:{float(re.match(r'[0-9.]+', first.rstrip('.')).group().rstrip('.'))}")  # type: ignore[union-attr]
    return 1, (Form(f"en:{word}") if len(word) > 1 and word[0].isalpha() else None)


def _symbol(word: str) -> Form | None:
    """Letters such as E or μ, with their case; of a subscripted one that is not in the table, the letter."""
    table = lexicon()
    bare = re.sub(r"[\s{}]", "", word)
    if indexed := re.fullmatch(r"([A-Za-z])_?(\d)", bare):
        return Form(f"id:{indexed.group(1)}{indexed.group(2)}")
    if bare in ("+", "-"):
        return Form("positive" if bare == "+" else "negative")
    if len(bare) == 1:
        return table.symbols.get(bare)
    if len(bare) > 2 and bare[1] == "_" and (stem(bare),) not in table.english:
        return table.symbols.get(bare[0])
    return None


def _unknown_chinese(prose: str, start: int, end: int, taken: bytearray) -> list[tuple[Form, int, int]]:
    """Words of what the lexicon left over, by the segmenter."""
    out = []
    for left in re.finditer(r"[^\x01]+", "".join("\x01" if taken[i] else prose[i] for i in range(start, end))):
        if len(left.group()) == 1 and left.group() not in _NUMBER_WORDS:
            continue
        position = start + left.start()
        for word in _segment(left.group()):
            if word in _NUMBER_WORDS:
                out.append((Form(f"n:{float(_NUMBER_WORDS[word])}"), position, position + len(word)))
            elif len(word) > 1:
                out.append((Form(f"zh:{word}"), position, position + len(word)))
            position += len(word)
    return out


def _segment(text: str) -> list[str]:
    if len(text) <= 2:
        return [text]
    import rjieba

    return list(rjieba.cut(text))
