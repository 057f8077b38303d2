"""Reading a provider's JSON tolerantly: unknown is None, and only what cannot be used at all is refused."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import pydantic_core

from mailwarden.providers.base import Evidence, Unavailable

Row = Mapping[str, Any]
_LARGEST_COUNT = 10**12
_SURROGATE = re.compile("[\ud800-\udfff]")


def parse(body: bytes) -> Any:
    """JSON, or ValueError: NaN, truncated, too deeply nested or not JSON at all."""
    body = body.removeprefix(b"\xef\xbb\xbf")
    try:
        return pydantic_core.from_json(body, allow_inf_nan=False)
    except ValueError:
        return _parse_cut_texts(body)


def _parse_cut_texts(body: bytes) -> Any:
    """Half of an emoji, left where a subject was cut, must not stop a whole sync; the fast parser refuses it."""
    if rb"\ud" not in body.lower():
        raise ValueError("not JSON")
    try:
        return json.loads(body, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("too deeply nested") from None


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")


def dig(data: Any, path: str) -> list[Any]:
    """Every value at a dotted path; ``*`` visits all items of a list."""
    found = [data]
    for key in path.split("."):
        if key == "*":
            found = [item for value in found if isinstance(value, list) for item in value]
        else:
            found = [value[key] for value in found if isinstance(value, dict) and key in value]
    return found


def at(row: Any, *path: str) -> Any:
    for key in path:
        row = row.get(key) if isinstance(row, dict) else None
    return row


def texts(data: Any, paths: tuple[str, ...]) -> Iterator[str]:
    for path in paths:
        for value in dig(data, path):
            for item in value if isinstance(value, list) else [value]:
                if (written := text(item)) is not None:
                    yield written


def text(row: Any, *path: str) -> str | None:
    """The string or number that stands there; empty counts as absent."""
    value = at(row, *path)
    if isinstance(value, str):
        return _storable(value) or None
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def _storable(value: str) -> str:
    """Databases take neither NUL nor half of a surrogate pair."""
    if "\x00" not in value and (value.isascii() or not _SURROGATE.search(value)):
        return value
    return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", value.replace("\x00", ""))


def count(value: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _LARGEST_COUNT:
        return None
    return int(value) if value == int(value) else None


def moment(value: Any) -> datetime | None:
    """ISO 8601, or milliseconds since 1970 as older answers have it; without an offset it is UTC."""
    try:
        if isinstance(value, int) and not isinstance(value, bool):
            return datetime.fromtimestamp(value / 1000, UTC)
        when = datetime.fromisoformat(value)
        if when.tzinfo is None:
            return when.replace(tzinfo=UTC)
        return when if when.tzinfo is UTC else when.astimezone(UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def garbled(path: str, message: str) -> Unavailable:
    """A well-formed answer that says something impossible: the provider's trouble, and nothing of it is stored."""
    return Unavailable(Evidence(None, "api", "GET", path, "", 200, None, message))


def rows(payload: Any, field: str, path: str) -> list[Row]:
    found = payload.get(field) if isinstance(payload, dict) else None
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise garbled(path, f"no list {field!r} in the answer")
    return found


def next_cursor(payload: Any, param: str, cursor: str | None, path: str) -> str | None:
    """Of ``links.next`` only the cursor is kept: it holds wherever the API is reached, and no link is followed."""
    link = text(payload, "links", "next")
    if link is None:
        return None
    found = dict(parse_qsl(link.partition("?")[2])).get(param)
    if not found or found == cursor:
        raise garbled(path, "the link to the next page leads nowhere new")
    return found
