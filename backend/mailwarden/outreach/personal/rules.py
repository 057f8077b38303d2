"""Fields in a text: ``{{first_name}}``, or ``{{first_name|there}}`` with what to write where it is missing. Pure.

There is no logic in it, on purpose: what a file of recipients holds is data, whatever it looks like. A value is put
in once and never read for fields again.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from html import escape, unescape

_FIELD = re.compile(r"\{\{([^{}]*)\}\}")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
# C0, DEL, C1, the line and paragraph separators: none may reach a header (RFC 5322 §2.2).
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_ENCODED_WORD = re.compile(r"=\?(?=[^\s?]+\?)")  # RFC 2047: some builds of Python decode it, and it may hold a line end
_APART = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    fallback: str | None = None  # "": nothing is written, on purpose


def fields_of(*texts: str) -> frozenset[Field]:
    """Those that are well-formed, in HTML as well: an editor writes ``&amp;`` for what a person typed as ``&``."""
    found = (_parsed(inside) for text in texts for inside in _FIELD.findall(text))
    return frozenset(field for field in found if field is not None)


def malformed(*texts: str) -> list[str]:
    """What looks like a field and is none: it would go out as it stands."""
    odd = [found[0] for text in texts for found in _FIELD.finditer(text) if _parsed(found[1]) is None]
    for text in texts:
        left = _FIELD.sub("", text)
        odd += [sign for sign in ("{{", "}}") if sign in left]
    return sorted(set(odd))


def missing(fields: Iterable[Field], values: Mapping[str, str]) -> list[str]:
    """Fields without a value that have nothing to fall back to."""
    return sorted({one.name for one in fields if one.fallback is None and not values.get(one.name, "").strip()})


def fill_html(template: str, values: Mapping[str, str]) -> str:
    """Values become text, in attributes too: they bring no tag and end no quotation mark."""
    return _filled(template, values, lambda value: escape(_in_a_line(value), quote=True), unescape)


def fill_subject(template: str, values: Mapping[str, str]) -> str:
    """One line, without what a mail program could take for a header or an encoded word."""
    return one_line(_filled(template, values, lambda value: value, lambda fallback: fallback))


def one_line(text: str) -> str:
    return _ENCODED_WORD.sub("= ?", " ".join(_CONTROL.sub(" ", text).split()))


def field_name(heading: str) -> str:
    """Of a column: ``First Name`` becomes ``first_name``. Empty if nothing is left."""
    return _APART.sub("_", heading.strip().lower()).strip("_").lstrip("0123456789_")[:63]


def _in_a_line(value: str) -> str:
    return _CONTROL.sub(" ", value)


def _parsed(inside: str) -> Field | None:
    name, bar, fallback = inside.partition("|")
    if not _NAME.fullmatch(name.strip()):
        return None
    return Field(name.strip(), fallback.strip() if bar else None)


def _filled(
    template: str, values: Mapping[str, str], written: Callable[[str], str], meant: Callable[[str], str]
) -> str:
    """A missing value without fallback leaves nothing behind: whoever sends has asked ``missing`` before."""

    def put(found: re.Match[str]) -> str:
        field = _parsed(found[1])
        if field is None:
            return found[0]
        value = values.get(field.name, "").strip()
        return written(value or meant(field.fallback or ""))

    return _FIELD.sub(put, template)
