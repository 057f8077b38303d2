"""Strings with macros (RFC 7208, sections 7.1 and 12): read once, expanded for each sender."""

import re
from dataclasses import dataclass
from functools import cached_property

ANYWHERE = frozenset("slodipvh")
IN_EXPLANATIONS = ANYWHERE | frozenset("crt")
DELIMITERS = ".-+,/_="
ESCAPES = {"%": "%", "_": " ", "-": "%20"}

_MACRO = re.compile(r"%\{([A-Za-z])([0-9]*)([rR]?)([.\-+,/_=]*)\}")
_ESCAPE = re.compile(r"%([%_-])")
_LITERAL = re.compile(r"[\x21-\x24\x26-\x7e]+")
_SPACES = re.compile(r" +")
_LABEL = re.compile(r"[A-Za-z0-9-]+")


class BadSyntax(ValueError):
    """``at``: offset within what was to be read."""

    def __init__(self, at: int, why: str) -> None:
        super().__init__(why)
        self.at, self.why = at, why


@dataclass(frozen=True, slots=True)
class Macro:
    letter: str  # in lower case
    escapes: bool = False  # written in upper case: the value is URL-escaped
    parts: int | None = None  # so many from the right
    reverse: bool = False
    delimiters: str = "."


Piece = str | Macro


@dataclass(frozen=True)
class Spec:
    source: str
    pieces: tuple[Piece, ...]
    ends_in_macro: bool = False

    @cached_property
    def letters(self) -> frozenset[str]:
        return frozenset(one.letter for one in self.pieces if isinstance(one, Macro))

    @cached_property
    def literal(self) -> str:
        """The whole of it where it has no macros."""
        return "".join(one for one in self.pieces if isinstance(one, str))


def macro_string(source: str, letters: frozenset[str] = IN_EXPLANATIONS, *, spaces: bool = False) -> Spec:
    """Raises BadSyntax. ``spaces``: an explain-string, which may hold them."""
    pieces: list[Piece] = []
    at = last = 0
    while at < len(source):
        last = at
        piece, at = _piece(source, at, letters, spaces)
        pieces.append(piece)
    return Spec(source, tuple(pieces), ends_in_macro=source[last : last + 1] == "%")


def _piece(source: str, at: int, letters: frozenset[str], spaces: bool) -> tuple[Piece, int]:
    plain = _LITERAL.match(source, at) or (_SPACES.match(source, at) if spaces else None)
    if plain:
        return plain.group(), plain.end()
    escape = _ESCAPE.match(source, at)
    if escape:
        return ESCAPES[escape.group(1)], escape.end()
    macro = _MACRO.match(source, at)
    if macro:
        return _macro(macro, at, letters), macro.end()
    if source[at] == "%":
        raise BadSyntax(at, "a % must begin a macro such as %{i}, or be written %%")
    raise BadSyntax(at, f"the character {source[at]!r} is not allowed here")


def _macro(found: re.Match[str], at: int, letters: frozenset[str]) -> Macro:
    letter, digits, reverse, delimiters = found.groups()
    if letter.lower() not in IN_EXPLANATIONS:
        raise BadSyntax(at, f"there is no macro {found.group()}")
    if letter.lower() not in letters:
        raise BadSyntax(at, f"the macro {found.group()} is allowed in the text of an explanation only")
    significant = digits.lstrip("0")[:9]
    if digits and not significant:
        raise BadSyntax(at, f"{found.group()} keeps no part of its value")
    parts = int(significant) if digits else None
    return Macro(letter.lower(), letter.isupper(), parts, bool(reverse), delimiters or ".")


def domain_spec(source: str) -> Spec:
    """Ends in a macro, or in a dot and a label that is not all digits. Raises BadSyntax."""
    if not source:
        raise BadSyntax(0, "the name of the domain is missing")
    spec = macro_string(source, ANYWHERE)
    _, dot, label = source.removesuffix(".").rpartition(".")
    if spec.ends_in_macro or (dot and is_top_label(label)):
        return spec
    raise BadSyntax(0, f"{source!r} is not the full name of a domain")


def is_top_label(label: str) -> bool:
    if not _LABEL.fullmatch(label) or label[0] == "-" or label[-1] == "-":
        return False
    return not label.isdigit()
