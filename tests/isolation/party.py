"""Who calls, what is theirs, and how it is seen whether an answer tells of somebody else or a row of theirs changed."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import ColumnElement, Table, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncEngine

from mailwarden.core.ids import format_id
from tests.isolation.bodies import Ids, body_of, query_of
from tests.isolation.slots import TABLES, WORDS, Description
from tests.support.routes import Operation
from tests.support.rows import Rows, canary, tenant_tables

PARAMETER = re.compile(r"\{(\w+)\}")
# Would look up names of strangers' domains, or ask a server: what they are sent holds nothing of a tenant.
ASKS_OUTSIDE = {"discover_servers", "test_mailbox", "connect_by_password", "renew_password"}


def ids_of(rows: Rows) -> Ids:
    return {prefix: rows[table]["id"] for prefix, table in TABLES.items()}


@dataclass(frozen=True)
class Tenant:
    """One organization with a row in every table, and what marks all of it."""

    org_id: UUID
    rows: Rows = field(repr=False)

    @property
    def ids(self) -> Ids:
        return ids_of(self.rows)

    @property
    def marks(self) -> set[str]:
        keys = {row["id"] for row in self.rows.values()} | {self.org_id}
        return {key.hex for key in keys} | {str(key) for key in keys} | {canary(self.org_id)}

    def owns(self, table: Table) -> ColumnElement[bool]:
        if table.name == "organizations":
            return literal(self.org_id) == table.c.id
        if "org_id" in table.c:
            return literal(self.org_id) == table.c.org_id
        return literal(self.rows["users"]["id"]) == table.c["id" if table.name == "users" else "user_id"]

    def told_by(self, answer: httpx.Response) -> list[str]:
        """The marks in an answer that were not in the question."""
        asked = str(answer.request.url) + answer.request.content.decode()
        told = answer.text + json.dumps(dict(answer.headers))
        return [mark for mark in self.marks if mark in told and mark not in asked]


@dataclass(frozen=True)
class Party:
    """A browser, a program or nobody. ``may``: None where the role alone decides."""

    name: str
    http: httpx.AsyncClient = field(repr=False)
    may: frozenset[str] | None = None

    def calls(self, operation: Operation) -> bool:
        """Whether the credential as such lets it through."""
        return operation.permission is not None and (self.may is None or operation.permission in self.may)


async def call(
    party: Party,
    described: Description,
    one: Operation,
    ids: Ids,
    query: Mapping[str, str] | None = None,
    choice: int = 0,
) -> httpx.Response:
    slots = {slot.name: slot.prefix for slot in described.slots[one.name].path}

    def filled(found: re.Match[str]) -> str:
        name = found[1]
        return WORDS[name] if name in WORDS else format_id(slots[name], ids.get(slots[name], UUID(int=0)))

    given: dict[str, Any] = {
        "params": query_of(described, one.name, ids) | dict(query or {}),
        "headers": {"If-Match": '"v1"'},
    }
    if one.method in ("POST", "PATCH", "PUT"):
        given["json"] = {} if one.name in ASKS_OUTSIDE else body_of(described, one.name, ids, choice) or {}
    return await party.http.request(one.method, PARAMETER.sub(filled, one.path), **given)


async def digest(engine: AsyncEngine, *tenants: Tenant) -> str:
    """Of every row of theirs in every table, seen past the walls."""
    sums = hashlib.sha256()
    async with engine.connect() as connection:
        for table in tenant_tables():
            owned = or_(*(one.owns(table) for one in tenants))
            found = (await connection.execute(select(table).where(owned))).mappings()
            for line in sorted(str(dict(row)) for row in found):
                sums.update(f"{table.name} {line}\n".encode())
    return sums.hexdigest()
