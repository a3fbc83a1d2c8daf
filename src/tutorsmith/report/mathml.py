"""LaTeX formulas of course answers as MathML Core, which browsers draw by themselves without any script.

Only the common commands are known. A formula with anything else is left as it was written (`to_mathml` gives None):
showing the source is better than showing a formula that the answer does not hold.
"""

import re
from html import escape

_GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ϵ", "varepsilon": "ε", "zeta": "ζ", "eta": "η",
    "theta": "θ", "vartheta": "ϑ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π",
    "rho": "ρ", "varrho": "ϱ", "sigma": "σ", "tau": "τ", "upsilon": "υ", "phi": "ϕ", "varphi": "φ", "chi": "χ",
    "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π",
    "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω", "ell": "ℓ", "hbar": "ℏ", "infty": "∞", "emptyset": "∅",
}  # fmt: skip
_OPERATORS = {
    "cdot": "⋅", "times": "×", "div": "÷", "pm": "±", "mp": "∓", "nabla": "∇", "partial": "∂", "approx": "≈",
    "neq": "≠", "ne": "≠", "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "ll": "≪", "gg": "≫", "sim": "∼", "simeq": "≃",
    "equiv": "≡", "propto": "∝", "to": "→", "rightarrow": "→", "leftarrow": "←", "Rightarrow": "⇒", "implies": "⟹",
    "Leftrightarrow": "⇔", "iff": "⟺", "in": "∈", "notin": "∉", "perp": "⊥", "parallel": "∥", "angle": "∠",
    "circ": "∘", "ldots": "…", "dots": "…", "cdots": "⋯", "star": "⋆", "ast": "∗", "dagger": "†", "prime": "′",
    "langle": "⟨", "rangle": "⟩", "lvert": "|", "rvert": "|", "vert": "|", "lVert": "‖", "rVert": "‖", "Vert": "‖",
    "forall": "∀", "exists": "∃", "cup": "∪", "cap": "∩", "subset": "⊂", "therefore": "∴", "degree": "°",
    "Re": "ℜ", "Im": "ℑ", "{": "{", "}": "}", "%": "%", "|": "‖", "&": "&", "#": "#", "_": "_", "$": "$",
}  # fmt: skip
_BIG = {"int": "∫", "oint": "∮", "iint": "∬", "oiint": "∯", "iiint": "∭", "sum": "∑", "prod": "∏"}
_WORDS = frozenset(
    ("sin", "cos", "tan", "cot", "sec", "csc", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "ln", "log", "exp",
     "lim", "max", "min", "det", "arg", "div", "curl", "grad", "deg", "ker")
)  # fmt: skip
_SPACES = {",": "0.17em", ":": "0.22em", ";": "0.28em", "!": "0", " ": "0.25em", "quad": "1em", "qquad": "2em"}
_ACCENTS = {"vec": "→", "hat": "^", "bar": "¯", "overline": "¯", "dot": "˙", "ddot": "¨", "tilde": "~",
            "widehat": "^"}  # fmt: skip
_FONTS = {"mathbf": "bold", "boldsymbol": "bold", "bm": "bold", "mathrm": "normal", "mathit": "", "mathcal": "",
          "mathbb": "bold", "operatorname": "normal"}  # fmt: skip
_TEXTS = {"text", "textrm", "textbf", "textit", "mbox"}
_IGNORED = {"displaystyle", "limits", "nolimits", "big", "Big", "bigg", "Bigg", "bigl", "bigr", "Bigl", "Bigr",
            "textstyle", "nonumber"}  # fmt: skip
_TOKEN = re.compile(r"\\([A-Za-z]+|.)|(\d+(?:[.,]\d+)*)|(\s+)|(.)", re.DOTALL)
_DEEPEST = 24
_DELIMITERS = (("$$", "$$", True), ("\\[", "\\]", True), ("$", "$", False), ("\\(", "\\)", False))


class _UnknownFormula(Exception):
    """Something in the source is not among the known commands, or braces do not match."""


def to_mathml(source: str) -> str | None:
    """A <math> element for `$..$`, `$$..$$`, `\\(..\\)` or `\\[..\\]`; None for a formula that is not understood."""
    text, display = source, False
    for start, end, block in _DELIMITERS:
        if source.startswith(start) and source.endswith(end) and len(source) >= len(start) + len(end):
            text, display = source[len(start) : -len(end)], block
            break
    try:
        parser = _Parser(text)
        body = parser.row(closing=None)
    except _UnknownFormula:
        return None
    if not body:
        return None
    attribute = ' display="block"' if display else ""
    return f"<math{attribute}><mrow>{body}</mrow></math>"


class _Parser:
    """Recursive descent over tokens (kind, text); kinds: command, number, character. Spaces mean nothing."""

    def __init__(self, text: str) -> None:
        self._tokens: list[tuple[str, str]] = []
        at = 0
        while at < len(text):
            found = _TOKEN.match(text, at)
            if found is None:
                raise _UnknownFormula
            at = found.end()
            command, number, space, character = found.groups()
            if command in _TEXTS:
                end = text.find("}", at)
                opening = text.find("{", at)
                if opening < 0 or end < 0 or text[at:opening].strip():
                    raise _UnknownFormula
                self._tokens.append(("text", text[opening + 1 : end]))
                at = end + 1
            elif command is not None:
                self._tokens.append(("command", command))
            elif number is not None:
                self._tokens.append(("number", number))
            elif space is None:
                self._tokens.append(("character", character))
        self._at = 0
        self._depth = 0

    def row(self, closing: str | None) -> str:
        """Elements up to a closing brace (consumed), a `\\right` (left to the caller) or the end."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _UnknownFormula
        parts: list[str] = []
        while True:
            token = self._peek()
            if token is None:
                if closing is not None:
                    raise _UnknownFormula
                break
            if closing == "}" and token == ("character", "}"):
                self._at += 1
                break
            if closing == "right" and token == ("command", "right"):
                break
            parts.append(self._scripted())
        self._depth -= 1
        return "".join(parts)

    def _peek(self) -> tuple[str, str] | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _next(self) -> tuple[str, str]:
        token = self._peek()
        if token is None:
            raise _UnknownFormula
        self._at += 1
        return token

    def _scripted(self) -> str:
        """An element with its subscript, superscript and primes."""
        base = self._atom()
        below = above = ""
        while (token := self._peek()) in (("character", "_"), ("character", "^"), ("character", "'")):
            self._at += 1
            if token == ("character", "'"):
                above += "<mo>′</mo>"
            elif token == ("character", "_") and not below:
                below = self._atom()
            elif token == ("character", "^") and not above:
                above = self._atom()
            else:
                raise _UnknownFormula
        if above and above.count("<mo>′") > 1:
            above = f"<mrow>{above}</mrow>"
        if below and above:
            return f"<msubsup>{base}{below}{above}</msubsup>"
        if below:
            return f"<msub>{base}{below}</msub>"
        return f"<msup>{base}{above}</msup>" if above else base

    def _atom(self) -> str:
        kind, text = self._next()
        if kind == "number":
            return f"<mn>{text}</mn>"
        if kind == "text":
            return f"<mtext>{escape(text)}</mtext>"
        if kind == "command":
            return self._command(text)
        if text == "{":
            return f"<mrow>{self.row('}')}</mrow>"
        if text in "}_^&#%$~\\":
            raise _UnknownFormula
        if text.isalpha():
            return f"<mi>{escape(text)}</mi>"
        if text in "()[]|":
            return f'<mo stretchy="false">{text}</mo>'
        return f"<mo>{'−' if text == '-' else escape(text)}</mo>"

    def _command(self, name: str) -> str:
        simple = _simple(name)
        if simple is not None:
            return simple
        if name in ("frac", "dfrac", "tfrac"):
            return f"<mfrac>{self._atom()}{self._atom()}</mfrac>"
        if name == "sqrt":
            return f"<msqrt>{self._atom()}</msqrt>"
        if name in _ACCENTS:
            return f'<mover accent="true">{self._atom()}<mo>{_ACCENTS[name]}</mo></mover>'
        if name in _FONTS:
            return _in_font(self._atom(), _FONTS[name])
        if name == "left":
            opening = self._fence()
            inside = self.row("right")
            self._at += 1
            return f"<mrow>{opening}{inside}{self._fence()}</mrow>"
        raise _UnknownFormula

    def _fence(self) -> str:
        kind, text = self._next()
        shown = _OPERATORS.get(text) if kind == "command" else text if text in "()[]|./<>" else None
        if shown is None:
            raise _UnknownFormula
        return "<mo></mo>" if shown == "." else f'<mo stretchy="true">{escape(shown)}</mo>'


def _simple(name: str) -> str | None:
    """Commands that stand for one sign."""
    if name in _GREEK:
        return f"<mi>{_GREEK[name]}</mi>"
    if name in _OPERATORS:
        return f"<mo>{escape(_OPERATORS[name])}</mo>"
    if name in _BIG:
        return f"<mo>{_BIG[name]}</mo>"
    if name in _WORDS:
        return f"<mi>{name}</mi>"
    if name in _SPACES:
        return f"<mspace width='{_SPACES[name]}'></mspace>"
    return "<mrow></mrow>" if name in _IGNORED else None


def _in_font(element: str, font: str) -> str:
    """Bold vectors and upright units; upright letters are joined, so that "kHz" is not k times H times z."""
    if font == "bold":
        return f'<mrow style="font-weight:bold">{element}</mrow>'
    if font == "normal":
        letters = re.fullmatch(r"<mrow>((?:<mi>[^<]*</mi>)+)</mrow>|(<mi>[^<]*</mi>)", element)
        if letters:
            return f'<mi mathvariant="normal">{"".join(re.findall(r"<mi>([^<]*)</mi>", element))}</mi>'
    return element
