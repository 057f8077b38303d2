"""Cross-site request forgery: three checks, each enough against some browsers, none alone against all."""

import hmac
from urllib.parse import urlsplit

from fastapi import Request

from mailwarden.core.errors import CsrfFailed

HEADER = "x-csrf"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def check_origin(request: Request, base_url: str) -> None:
    """`Origin` must be ours where the browser sends it; `Sec-Fetch-Site` must not say cross-site."""
    origin = request.headers.get("origin")
    if origin is not None and origin not in _ours(request, base_url):
        raise CsrfFailed("The request came from another site.")
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise CsrfFailed("The request came from another site.")


def _ours(request: Request, base_url: str) -> set[str]:
    """Our public address, and where that is on loopback its other names. Never any Host that a name was rebound to."""
    here = urlsplit(base_url)
    known = {f"{here.scheme}://{here.netloc}"}
    if here.hostname in LOOPBACK and urlsplit(f"//{request.headers.get('host', '')}").hostname in LOOPBACK:
        known.add(f"{here.scheme}://{request.headers['host']}")
    return known


def check_token(request: Request, expected: str) -> None:
    """A value that only a page of ours can read (`csrf_token` of `GET /v1/me`)."""
    if not hmac.compare_digest(request.headers.get(HEADER, "").encode(), expected.encode()):
        raise CsrfFailed("The X-CSRF header is missing or stale. Reload the page.", action="reload")
