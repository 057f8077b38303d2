"""Optimistic concurrency on settings: strong ETags of the row's version (RFC 9110 §13)."""

import re
from typing import Annotated

from fastapi import Depends, Header

from mailwarden.core.errors import PreconditionFailed, PreconditionRequired

OURS = re.compile(r'"v([0-9]{1,18})"')


def etag(version: int) -> str:
    return f'"v{version}"'


def stale(version: int) -> PreconditionFailed:
    """With the tag of what is there now, so that a client can tell what it missed."""
    return PreconditionFailed("It was changed meanwhile. Load it again.", headers={"ETag": etag(version)})


def version_in(if_match: str | None) -> int:
    if if_match is None:
        raise PreconditionRequired("Send If-Match with the ETag that you loaded.")
    found = OURS.fullmatch(if_match.strip())
    if found is None:
        raise PreconditionFailed("If-Match is not an ETag of ours.")
    return int(found[1])


async def wanted_version(if_match: Annotated[str | None, Header()] = None) -> int:
    return version_in(if_match)


IfMatch = Annotated[int, Depends(wanted_version)]
