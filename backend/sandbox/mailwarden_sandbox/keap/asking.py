"""How lists are asked for: v2's filters and page tokens, v1's offsets."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from mailwarden_sandbox.call import Call
from mailwarden_sandbox.clock import parse_time
from mailwarden_sandbox.keap.errors import BadRequest

MOST = 1000


@dataclass(frozen=True, slots=True)
class Slice:
    start: int
    size: int

    @property
    def end(self) -> int:
        return self.start + self.size


def filters(call: Call, allowed: Sequence[str]) -> dict[str, str]:
    """``filter=name==value;other==value``"""
    found: dict[str, str] = {}
    for term in filter(None, (call.one("filter") or "").split(";")):
        name, sign, value = term.partition("==")
        if not sign or name.strip() not in allowed:
            raise BadRequest(f"Invalid filter '{term}', allowed fields are: {', '.join(allowed)}", "filter")
        found[name.strip()] = value.strip()
    return found


def ordering(call: Call, allowed: Sequence[str], default: str) -> tuple[str, bool]:
    """The field and whether it descends."""
    name, _, direction = (call.one("order_by") or default).strip().partition(" ")
    if name.lower() not in [a.lower() for a in allowed] or direction.strip().lower() not in ("", "asc", "desc"):
        raise BadRequest(f"Invalid order_by '{call.one('order_by')}'", "order_by")
    return name.lower(), direction.strip().lower() == "desc"


def seconds(text: str | None, name: str) -> float | None:
    if not text:
        return None
    try:
        return parse_time(text)
    except ValueError as error:
        raise BadRequest(f"'{text}' is not a valid date-time", name) from error


def whole(text: str, name: str, low: int, high: int) -> int:
    if not text.isdigit() or not low <= int(text) <= high:
        raise BadRequest(f"{name} must be between {low} and {high}", name)
    return int(text)


def page_v2(call: Call) -> Slice:
    size = whole(call.one("page_size") or str(MOST), "page_size", 0, MOST) or MOST
    token = call.one("page_token")
    if not token:
        return Slice(0, size)
    try:
        word, _, start = base64.urlsafe_b64decode(token).decode().partition(":")
        if word == "from" and start.isdigit():
            return Slice(int(start), size)
    except (binascii.Error, UnicodeDecodeError, ValueError):
        pass
    raise BadRequest("Invalid page_token", "page_token")


def next_token(page: Slice, total: int) -> str:
    return base64.urlsafe_b64encode(f"from:{page.end:012d}".encode()).decode() if page.end < total else ""


def page_v1(call: Call) -> Slice:
    limit, offset = call.one("limit") or str(MOST), call.one("offset") or "0"
    return Slice(whole(offset, "offset", 0, 10**9), whole(limit, "limit", 1, MOST))


def links_v1(call: Call, page: Slice, total: int) -> dict[str, object]:
    """``next`` is there even behind the end, as v1 has it."""

    def link(offset: int) -> str:
        kept = {k: v for k, v in call.query.items() if k not in ("limit", "offset")}
        return f"{call.base}{call.path}?{urlencode({**kept, 'limit': page.size, 'offset': offset}, doseq=True)}"

    return {"count": total, "next": link(page.end), "previous": link(max(0, page.start - page.size))}
