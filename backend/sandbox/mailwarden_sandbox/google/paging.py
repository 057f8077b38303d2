"""Pages by ``pageToken``, which is the place of the first item."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from starlette.responses import Response

from mailwarden_sandbox.call import Call
from mailwarden_sandbox.google import errors

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    items: Sequence[Item]
    next: str | None
    total: int


def page_of(call: Call, found: Sequence[Item], usual: int, most: int) -> Page[Item] | Response:
    token, size = call.one("pageToken") or "0", call.one("maxResults") or str(usual)
    if not token.isdigit() or not size.isdigit():
        return errors.bad_request("Invalid pageToken")
    start, width = int(token), max(1, min(most, int(size)))
    more = start + width < len(found)
    return Page(found[start : start + width], str(start + width) if more else None, len(found))
