"""Klaviyo's filter language: ``and(equals(messages.channel,'email'),less-than(updated_at,2026-10-01T00:00:00Z))``."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mailwarden_sandbox.clock import parse_time
from mailwarden_sandbox.klaviyo.errors import BadRequest

Value = str | bool | float | tuple[str, ...]
Allowed = Mapping[str, frozenset[str]]
RANGE = frozenset({"greater-or-equal", "greater-than", "less-or-equal", "less-than"})
_SOURCE = {"parameter": "filter"}
_TOKEN = re.compile(r"""\s*('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[(),\[\]]|[^\s(),\[\]'"]+)""")


@dataclass(frozen=True, slots=True)
class Condition:
    operator: str
    field: str
    value: Value


def _fail(detail: str) -> BadRequest:
    return BadRequest(detail, _SOURCE)


def parse_filter(text: str, allowed: Allowed) -> tuple[Condition, ...]:
    """The conditions, all of which must hold. Raises BadRequest."""
    parser = _Parser(text)
    conditions = tuple(parser.all())
    for condition in conditions:
        if condition.field not in allowed:
            raise _fail(f"{condition.field!r} is not a filterable field; allowed: {', '.join(sorted(allowed))}")
        if condition.operator not in allowed[condition.field]:
            raise _fail(f"{condition.operator!r} is not supported on {condition.field!r}")
    return conditions


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens = self._split(text)
        self._at = 0

    @staticmethod
    def _split(text: str) -> list[str]:
        tokens, position, text = [], 0, text.strip()
        while position < len(text):
            match = _TOKEN.match(text, position)
            if match is None:
                raise _fail(f"Cannot read the filter at position {position}")
            tokens.append(match.group().strip())
            position = match.end()
        return tokens

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _next(self, expected: str | None = None) -> str:
        token = self._peek()
        if not token or (expected is not None and token != expected):
            raise _fail(f"Expected {expected or 'more'!r} in the filter, found {token or 'its end'!r}")
        self._at += 1
        return token

    def all(self) -> Iterable[Condition]:
        """A bare comma joins like ``and``."""
        yield from self._expression()
        while self._peek() == ",":
            self._next()
            yield from self._expression()
        if self._peek():
            raise _fail(f"Unexpected {self._peek()!r} in the filter")

    def _expression(self) -> Iterable[Condition]:
        operator = self._next()
        self._next("(")
        if operator == "and":
            yield from self._expression()
            while self._peek() == ",":
                self._next()
                yield from self._expression()
        else:
            field = self._next()
            self._next(",")
            yield Condition(operator, field, self._value())
        self._next(")")

    def _value(self) -> Value:
        if self._peek() != "[":
            return _literal(self._next())
        self._next("[")
        items = []
        while self._peek() != "]":
            items.append(str(_literal(self._next())))
            if self._peek() == ",":
                self._next()
        self._next("]")
        return tuple(items)


def _literal(word: str) -> str | bool:
    if word[0] in "'\"":
        return re.sub(r"\\(.)", r"\1", word[1:-1])
    return {"true": True, "false": False}.get(word, word)


def seconds(condition: Condition) -> float:
    try:
        return parse_time(str(condition.value))
    except ValueError as error:
        raise _fail(f"{condition.value!r} is not a date-time") from error


def holds(condition: Condition, moment: float | None, limit: float) -> bool:
    """A range condition on a time; no time, no match."""
    if moment is None:
        return False
    if condition.operator == "greater-or-equal":
        return moment >= limit
    if condition.operator == "greater-than":
        return moment > limit
    return moment <= limit if condition.operator == "less-or-equal" else moment < limit


def contained(condition: Condition, value: str) -> bool:
    """``equals``, ``any``, ``contains`` and ``contains-any`` on a text."""
    if isinstance(condition.value, tuple):
        return value in condition.value
    wanted = str(condition.value)
    return wanted.lower() in value.lower() if condition.operator == "contains" else value == wanted
