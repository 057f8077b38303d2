"""Reading an IMAP command: atoms, quoted strings, lists and literals (RFC 9051 §4)."""

import re
from collections.abc import Sequence

from mailwarden_sandbox.mail.line import Line

LITERAL = re.compile(r"\{(\d+)(\+?)\}$")
ATOM = re.compile(r"(?:[^\s()\"\[]|\[[^\]]*\])+")


class BadCommand(ValueError):
    """It does not follow the grammar."""


async def read_command(line: Line) -> tuple[str, dict[int, bytes]]:
    """The command with each literal replaced by ``\\x00n\\x00``, and the literals by n."""
    text, literals = await line.read(), dict[int, bytes]()
    while match := LITERAL.search(text):
        if not match[2]:
            await line.say("+ go ahead")
        number = len(literals)
        literals[number] = await line.read_exactly(int(match[1]))
        text = f"{text[: match.start()]}\0{number}\0{await line.read()}"
    return text, literals


def words(text: str, literals: dict[int, bytes]) -> list[str]:
    """Flat: parentheses are words of their own."""
    found, at = [], 0
    while at < len(text):
        if text[at] == " ":
            at += 1
            continue
        word, at = _next(text, at, literals)
        found.append(word)
    return found


def _next(text: str, at: int, literals: dict[int, bytes]) -> tuple[str, int]:
    if text[at] in "()":
        return text[at], at + 1
    if text[at] == '"':
        return _quoted(text, at + 1)
    if text[at] == "\0":
        end = text.index("\0", at + 1)
        return literals[int(text[at + 1 : end])].decode("utf-8", "surrogateescape"), end + 1
    match = ATOM.match(text, at)
    if match is None:
        raise BadCommand(text)
    return match[0], match.end()


def _quoted(text: str, at: int) -> tuple[str, int]:
    out = []
    while at < len(text) and text[at] != '"':
        at += text[at] == "\\"
        if at >= len(text):
            raise BadCommand(text)
        out.append(text[at])
        at += 1
    if at >= len(text):
        raise BadCommand(text)
    return "".join(out), at + 1


def numbers(text: str, known: Sequence[int]) -> list[int]:
    """Those of ``known`` (rising) that a sequence set such as ``1:3,7,10:*`` names."""
    top, wanted = (known[-1] if known else 0), set[int]()
    for part in text.split(","):
        first, _, last = part.partition(":")
        try:
            ends = sorted(top if end == "*" else int(end) for end in (first, last or first))
        except ValueError as error:
            raise BadCommand(text) from error
        wanted |= {n for n in known if ends[0] <= n <= ends[1]}
    return [n for n in known if n in wanted]
