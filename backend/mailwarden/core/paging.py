"""Cursor pagination: the cursor is the sort key of the last row, signed, bound to tenant and filter."""

import base64
import hashlib
import hmac
import json
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from fastapi import Depends, Query
from pydantic import BaseModel, ConfigDict

from mailwarden.core.errors import AppError

T = TypeVar("T")
DEFAULT_LIMIT = 25
MAX_LIMIT = 100
Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT)]


class BadCursor(AppError):
    status, code, title = 400, "invalid_cursor", "This cursor does not belong to this list"


class Page(BaseModel, Generic[T]):
    """``next_cursor`` is null on the last page."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)

    data: list[T]
    has_more: bool
    next_cursor: str | None


class PageQuery(BaseModel):
    limit: Limit = DEFAULT_LIMIT
    cursor: str | None = None


async def page_query(limit: Limit = DEFAULT_LIMIT, cursor: str | None = None) -> PageQuery:
    return PageQuery(limit=limit, cursor=cursor)


Paging = Annotated[PageQuery, Depends(page_query)]


class Cursors:
    """Signs with the lookup key, so that an edited or foreign cursor is refused instead of obeyed."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def encode(self, org_id: UUID, scope: str, position: list[Any]) -> str:
        body = json.dumps(position, separators=(",", ":"), default=str).encode()
        return base64.urlsafe_b64encode(self._mac(org_id, scope, body) + body).rstrip(b"=").decode()

    def decode(self, org_id: UUID, scope: str, cursor: str) -> list[Any]:
        try:
            raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        except ValueError as exc:
            raise BadCursor("Start again without a cursor.") from exc
        mac, body = raw[:12], raw[12:]
        if not hmac.compare_digest(mac, self._mac(org_id, scope, body)):
            raise BadCursor("Start again without a cursor.")
        position: list[Any] = json.loads(body)
        return position

    def _mac(self, org_id: UUID, scope: str, body: bytes) -> bytes:
        message = f"{org_id}|{scope}|".encode() + body
        return hmac.new(self._key, message, hashlib.sha256).digest()[:12]
