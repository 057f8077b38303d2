"""Reading a provider's JSON tolerantly: unknown is None, and only what cannot be used at all is refused."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import pydantic_core

from mailwarden.providers.base import Evidence, Unavailable

Row = Mapping[str, Any]


def parse(body: bytes) -> Any:
    """JSON, or ValueError: NaN, truncated, too deeply nested or not JSON at all."""
    return pydantic_core.from_json(body.removeprefix(b"\xef\xbb\xbf"), allow_inf_nan=False)


def dig(data: Any, path: str) -> Iterator[Any]:
    """Every value at a dotted path; ``*`` visits all items of a list."""
    key, _, rest = path.partition(".")
    if key == "*":
        found = list(data) if isinstance(data, list) else []
    else:
        found = [data[key]] if isinstance(data, Mapping) and key in data else []
    for value in found:
        if rest:
            yield from dig(value, rest)
        else:
            yield value


def texts(data: Any, paths: tuple[str, ...]) -> Iterator[str]:
    for path in paths:
        for value in dig(data, path):
            for item in value if isinstance(value, list) else [value]:
                if isinstance(item, str | int) and not isinstance(item, bool) and str(item):
                    yield str(item)


def text(row: Any, *path: str) -> str | None:
    return next(texts(row, (".".join(path),)), None)


def count(value: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value) or value < 0:
        return None
    return int(value)


def moment(value: Any) -> datetime | None:
    """ISO 8601, or milliseconds since 1970 as older answers have it; without an offset it is UTC."""
    try:
        if isinstance(value, int) and not isinstance(value, bool):
            return datetime.fromtimestamp(value / 1000, UTC)
        at = datetime.fromisoformat(value)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def garbled(path: str, message: str) -> Unavailable:
    """A well-formed answer that says something impossible: the provider's trouble, and nothing of it is stored."""
    return Unavailable(Evidence(None, "api", "GET", path, "", 200, None, message))


def rows(payload: Any, field: str, path: str) -> list[Row]:
    found = payload.get(field) if isinstance(payload, Mapping) else None
    if not isinstance(found, list) or not all(isinstance(row, Mapping) for row in found):
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
