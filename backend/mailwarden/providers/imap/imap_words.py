"""IMAP's data formats (RFC 9051 §4): what we write as strings, and what servers answer with."""

import re
from typing import Union

Value = Union[bytes, list["Value"]]  # noqa: UP007 - a type that names itself cannot use |
LITERAL = re.compile(rb"\{(\d{1,12})\+?\}$")
PLAIN = re.compile(r"[\x20-\x7e]*")
ATOM = re.compile(rb'(?:[^\s()"\[\x00]|\[[^\]]*\])+')
MOST_NESTED = 32


class Unreadable(ValueError):
    """It does not follow the grammar."""


def astring(text: str) -> str | bytes:
    """Quoted where that is safe, else a literal, so that no name or password can end the command it stands in."""
    if PLAIN.fullmatch(text) and len(text) < 1000:
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return text.encode()


def literal_size(line: bytes) -> int | None:
    found = LITERAL.search(line)
    return int(found[1]) if found else None


def text_of(value: Value) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else ""


def parsed(line: bytes, literals: list[bytes]) -> list[Value]:
    """Atoms, strings and literals as bytes, parentheses as lists. Raises Unreadable."""
    outer: list[Value] = []
    stack, left, at = [outer], list(literals), 0
    while at < len(line):
        char = line[at : at + 1]
        if char == b" ":
            at += 1
        elif char == b"(":
            inner: list[Value] = []
            stack[-1].append(inner)
            stack.append(inner)
            at += 1
        elif char == b")":
            stack.pop()
            at += 1
        else:
            value, at = _next(line, at, left)
            stack[-1].append(value)
        if not 0 < len(stack) <= MOST_NESTED:
            raise Unreadable("parentheses do not match")
    return outer


def _next(line: bytes, at: int, literals: list[bytes]) -> tuple[bytes, int]:
    if line[at] == 0:
        if not literals:
            raise Unreadable("a literal is missing")
        return literals.pop(0), at + 1
    if line[at : at + 1] == b'"':
        return _quoted(line, at + 1)
    found = ATOM.match(line, at)
    if found is None:
        raise Unreadable("neither atom nor string")
    return found[0], found.end()


def _quoted(line: bytes, at: int) -> tuple[bytes, int]:
    out = bytearray()
    while at < len(line) and line[at : at + 1] != b'"':
        at += line[at : at + 1] == b"\\"
        out += line[at : at + 1]
        at += 1
    if at >= len(line):
        raise Unreadable("a string has no end")
    return bytes(out), at + 1
