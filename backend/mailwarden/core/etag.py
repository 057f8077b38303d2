"""Optimistic concurrency on settings: strong ETags of the row's version (RFC 9110 §13)."""

from typing import Annotated

from fastapi import Depends, Header

from mailwarden.core.errors import PreconditionFailed, PreconditionRequired


def etag(version: int) -> str:
    return f'"v{version}"'


def wanted_version(if_match: Annotated[str | None, Header()] = None) -> int:
    if if_match is None:
        raise PreconditionRequired("Send If-Match with the ETag that you loaded.")
    text = if_match.strip()
    if not (text.startswith('"v') and text.endswith('"') and text[2:-1].isdigit()):
        raise PreconditionFailed("If-Match is not an ETag of ours.")
    return int(text[2:-1])


IfMatch = Annotated[int, Depends(wanted_version)]
