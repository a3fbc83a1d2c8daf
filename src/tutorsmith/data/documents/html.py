"""Web pages -> blocks. Scripts, navigation, what the page hides, and what stands beside its `main` are left out."""

import re
from pathlib import Path
from typing import Any

from tutorsmith.core.errors import DataError
from tutorsmith.data.documents.block import Block, Document, counted, table_block
from tutorsmith.data.documents.decode import decode, read_bytes

_SKIPPED_TAGS = "head style template noscript nav aside footer form button select iframe svg canvas object"
_SKIPPED = frozenset(_SKIPPED_TAGS.split())
_BLOCK_TAGS = (
    "address article blockquote body center dd details div dl dt fieldset figcaption figure h1 h2 h3 h4 h5 h6 header hr"
    " html li main ol p pre section summary table tbody td tfoot th thead tr ul"
)
_BLOCKS = frozenset(_BLOCK_TAGS.split())
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w-]{2,40})", re.IGNORECASE)
_TEX = "application/x-tex"
_BREAK = "\x1e"
"""Stands for `br` while text is collected; control characters cannot stand in a page."""


def read_html(path: Path) -> Document:
    """Raises: DataError for a file that cannot be read, is no text, or holds no words."""
    data = read_bytes(path)
    if not data.strip():
        raise DataError("the file is empty", where=str(path), mend="save the page again")
    text = decode(data, str(path), _declared(data)).text
    if "\x00" in text:
        raise DataError("this is a binary file, not a web page", where=str(path), mend="check what kind of file it is")
    from lxml import etree, html

    try:
        root = html.document_fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text))
    except etree.ParserError as error:
        raise DataError(f"no web page: {error}", where=str(path), mend="check what kind of file it is") from error
    walk = _Walk()
    main = [*root.iter("main"), *root.iterfind(".//*[@role='main']")]
    walk.visit(main[0] if len(set(main)) == 1 else root)
    blocks = tuple(walk.finished())
    if not any(block.text for block in blocks):
        raise DataError("the page holds no text", where=str(path), mend="save the page with its text, as a browser can")
    title = " ".join("".join(found.itertext()) for found in root.iter("title"))
    if title.strip() and not any(block.kind == "heading" and block.level == 1 for block in blocks):
        blocks = (Block("heading", " ".join(title.split()), level=1), *blocks)
    pictures = counted(walk.pictures, "picture was", "pictures were") + " not read"
    return Document(blocks, (pictures,) if walk.pictures else ())


def _declared(data: bytes) -> str | None:
    """The encoding that the page names, unless a byte-order mark or plain UTF-8 says better."""
    found = _CHARSET.search(data[:4096])
    if found is None or data[:2] in (b"\xff\xfe", b"\xfe\xff") or data.startswith(b"\xef\xbb\xbf"):
        return None
    name = found[1].decode("ascii").lower()
    # Browsers read these names so (WHATWG Encoding Standard, section 4.2).
    return {"gb2312": "gb18030", "gbk": "gb18030", "iso-8859-1": "cp1252", "us-ascii": "cp1252"}.get(name, name)


class _Walk:
    """Collects the text between block elements."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.words: list[str] = []
        self.prefix = ""
        self.pictures = 0

    def finished(self) -> list[Block]:
        self.flush()
        return self.blocks

    def flush(self) -> None:
        """End the paragraph that is being collected."""
        text = _tidy("".join(self.words))
        self.words = []
        if text:
            kind = "list" if self.prefix else "formula" if re.fullmatch(r"\$\$.+\$\$", text, re.DOTALL) else "paragraph"
            self.blocks.append(Block(kind, self.prefix + text))  # type: ignore[arg-type]
            self.prefix = " " * len(self.prefix) if self.prefix else ""

    def visit(self, element: Any) -> None:
        """An element and what stands in it."""
        tag = element.tag if isinstance(element.tag, str) else ""
        if tag == "script" and element.get("type", "").startswith("math/tex"):
            mark = "$$" if "display" in element.get("type", "") else "$"
            self.words.append(f"{mark}{(element.text or '').strip()}{mark}")
        elif not tag or tag in _SKIPPED or tag == "script" or _is_hidden(element):
            pass
        elif tag == "math" or tag.endswith("}math"):
            self.words.append(_math(element))
        elif tag in _BLOCKS:
            self._block(element, tag)
        else:
            self._inline(element, tag)

    def _inline(self, element: Any, tag: str) -> None:
        if tag == "br":
            self.words.append(_BREAK)
        self.pictures += tag == "img"
        self.words.append({"code": "`", "sup": "^", "sub": "_"}.get(tag, ""))
        self._children(element)
        self.words.append("`" if tag == "code" else "")

    def _children(self, element: Any) -> None:
        self.words.append(element.text or "")
        for child in element:
            self.visit(child)
            self.words.append(child.tail or "")

    def _block(self, element: Any, tag: str) -> None:
        self.flush()
        if re.fullmatch("h[1-6]", tag):
            inner = _Walk()
            inner._children(element)
            text = " ".join(block.text for block in inner.finished())
            if text:
                self.blocks.append(Block("heading", " ".join(text.split()), level=int(tag[1])))
        elif tag == "pre":
            code = "".join(element.itertext()).strip("\n")
            if code.strip():
                self.blocks.append(Block("code", f"```\n{code}\n```"))
        elif tag == "table" and len(list(element.iter("table"))) == 1:
            self._table(element)
        else:
            before = self.prefix
            self.prefix = _bullet(element) if tag == "li" else self.prefix
            self._children(element)
            self.flush()
            self.prefix = before

    def _table(self, element: Any) -> None:
        rows = []
        for line in element.iter("tr"):
            row: list[str] = []
            for cell in line:
                if cell.tag in ("td", "th"):
                    inner = _Walk()
                    inner._children(cell)
                    row.append("\n".join(block.text for block in inner.finished()))
                    self.pictures += inner.pictures
                    row += [""] * (_whole(cell.get("colspan", "1")) - 1)
            rows.append(row)
        if (block := table_block(rows)) is not None:
            self.blocks.append(block)


def _whole(text: str) -> int:
    return min(100, int(text)) if text.isdigit() else 1


def _is_hidden(element: Any) -> bool:
    style = element.get("style", "").replace(" ", "").lower()
    return element.get("aria-hidden") == "true" or element.get("hidden") is not None or "display:none" in style


def _bullet(element: Any) -> str:
    parent = element.getparent()
    depth = sum(1 for above in element.iterancestors() if above.tag in ("ul", "ol")) - 1
    label = "-"
    if parent is not None and parent.tag == "ol":
        items = [item for item in parent if item.tag == "li"]
        label = f"{_whole(parent.get('start', '1')) + items.index(element)}."
    return f"{'  ' * max(0, depth)}{label} "


def _math(element: Any) -> str:
    """The TeX that a formula brings along (KaTeX, MathJax, Wikipedia), else its text."""
    mark = "$$" if element.get("display") == "block" else "$"
    sources = [part for part in element.iter() if str(part.tag).endswith("annotation") and part.get("encoding") == _TEX]
    tex = (
        (sources[0].text or "") if sources else element.get("alttext") or " ".join("".join(element.itertext()).split())
    )
    return f"{mark}{tex.strip()}{mark}" if tex.strip() else ""


def _tidy(text: str) -> str:
    """White space as a browser shows it: only `br` breaks a line."""
    lines = (" ".join(line.split()) for line in text.split(_BREAK))
    return "\n".join(line for line in lines if line)
