"""Pages, cursors, links and sparse fields of a JSON:API list."""

import base64
import binascii
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from mailwarden_sandbox.call import Call
from mailwarden_sandbox.klaviyo.errors import BadRequest
from mailwarden_sandbox.klaviyo.revision import PAGE_SIZE_SINCE, revision

_CURSOR, _SIZE = "page[cursor]", "page[size]"


@dataclass(frozen=True, slots=True)
class PageOf:
    start: int
    size: int

    @property
    def end(self) -> int:
        return self.start + self.size


def read_page(call: Call, default: int, most: int, *, since: str = PAGE_SIZE_SINCE) -> PageOf:
    text = call.one(_SIZE)
    if text is not None and revision(call) < since:
        raise BadRequest("page[size] is not supported by this revision", {"parameter": _SIZE})
    size = int(text) if text and text.isdigit() else default if text is None else 0
    if not 1 <= size <= most:
        raise BadRequest(f"Page size must be an integer between 1 and {most}.", {"parameter": _SIZE})
    return PageOf(cursor_offset(call.one(_CURSOR), _CURSOR), size)


def cursor_offset(cursor: str | None, parameter: str) -> int:
    """The SDK also sends the cursor with a leading ``=``, or the whole link; the real server takes all three."""
    if not cursor:
        return 0
    if cursor.startswith(("http://", "https://")):
        cursor = parse_qs(urlsplit(cursor).query).get(parameter, [""])[0]
    try:
        words = base64.urlsafe_b64decode(cursor.lstrip("=")).decode().split("::")
        if words[:2] == ["next", "offset"]:
            return int(words[2])
    except (binascii.Error, ValueError, IndexError):
        pass
    raise BadRequest("Invalid cursor provided.", {"parameter": parameter})


def cursor(offset: int) -> str:
    """Padded to a multiple of three bytes, so that the text has no ``=`` that clients would mangle."""
    text = f"next::offset::{offset:010d}"
    return base64.urlsafe_b64encode(text.encode()).decode()


def links(call: Call, page: PageOf, total: int) -> dict[str, str | None]:
    return {
        "self": _link(call, page.start) if page.start else f"{call.base}{call.path}" + _query(call),
        "next": _link(call, page.end) if page.end < total else None,
        "prev": _link(call, max(0, page.start - page.size)) if page.start else None,
    }


def _query(call: Call) -> str:
    return f"?{call.raw_query}" if call.raw_query else ""


def _link(call: Call, offset: int) -> str:
    kept = {name: values for name, values in call.query.items() if name != _CURSOR}
    query = urlencode({**kept, _CURSOR: cursor(offset)}, doseq=True, quote_via=quote)
    return f"{call.base}{call.path}?{query}"


def sparse(call: Call, type_: str, attributes: dict[str, Any]) -> dict[str, Any]:
    """Only the attributes named by ``fields[type]``; dotted names reach into objects."""
    wanted = call.many(f"fields[{type_}]") if "fields" in call.raw_query else None
    if not wanted:
        return attributes
    result: dict[str, Any] = {}
    for name in wanted:
        _pick(attributes, result, name.split("."))
    return result


def _pick(source: Any, target: dict[str, Any], path: list[str]) -> None:
    if not isinstance(source, dict) or path[0] not in source:
        return
    if len(path) == 1:
        target[path[0]] = source[path[0]]
    elif source[path[0]] is not None:
        _pick(source[path[0]], target.setdefault(path[0], {}), path[1:])


def related(call: Call, type_: str, object_id: str, name: str, data: list[dict[str, str]] | None) -> dict[str, Any]:
    """A relationship; ``data`` appears only where it was included."""
    base = f"{call.base}/api/{type_}s/{object_id}"
    relationship: dict[str, Any] = {"links": {"self": f"{base}/relationships/{name}", "related": f"{base}/{name}"}}
    return {"data": data, **relationship} if data is not None else relationship


def included(call: Call, allowed: tuple[str, ...]) -> frozenset[str]:
    wanted = call.many("include")
    if bad := [name for name in wanted if name not in allowed]:
        raise BadRequest(f"'{bad[0]}' is not a valid include; allowed: {', '.join(allowed)}", {"parameter": "include"})
    return frozenset(wanted)
