"""Cross-site request forgery: three checks, each enough against some browsers, none alone against all."""

import hmac
from urllib.parse import urlsplit

from fastapi import Request

from mailwarden.core.errors import CsrfFailed

HEADER = "x-csrf"


def check_origin(request: Request, base_url: str) -> None:
    """`Origin` must be ours where the browser sends it; `Sec-Fetch-Site` must not say cross-site."""
    origin = request.headers.get("origin")
    here = urlsplit(base_url)
    ours = {f"{here.scheme}://{here.netloc}", f"{request.url.scheme}://{request.headers.get('host', '')}"}
    if origin is not None and origin not in ours:
        raise CsrfFailed("The request came from another site.")
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise CsrfFailed("The request came from another site.")


def check_token(request: Request, expected: str) -> None:
    """A value that only a page of ours can read (`csrf_token` of `GET /v1/me`)."""
    if not hmac.compare_digest(request.headers.get(HEADER, "").encode(), expected.encode()):
        raise CsrfFailed("The X-CSRF header is missing or stale. Reload the page.", action="reload")
