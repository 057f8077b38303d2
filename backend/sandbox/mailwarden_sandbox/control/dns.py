"""Records of the sandbox's DNS, as the owner of a domain would publish them, and trouble with asking for them."""

from typing import Annotated, Any, Literal

import dns.exception
import dns.rdata
import dns.rdataclass
import dns.rdatatype
from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from mailwarden_sandbox.control.host import Desk
from mailwarden_sandbox.dns.answering import quoted
from mailwarden_sandbox.dns.book import DnsBook, Trouble

_TYPES = Literal["A", "AAAA", "CNAME", "MX", "NS", "PTR", "SOA", "TXT"]
_Name = Annotated[str, StringConstraints(min_length=1, max_length=253, to_lower=True)]


class RecordSet(BaseModel):
    """``values`` as in a zone file, but TXT as plain text. None at all take the records away."""

    model_config = ConfigDict(extra="forbid")
    name: _Name
    type: _TYPES
    values: list[str] = Field(max_length=50)


class Troubled(BaseModel):
    """For the name and all beneath it; without a kind it ends."""

    model_config = ConfigDict(extra="forbid")
    name: _Name
    kind: Trouble | None = None


def dns_router(desk: Desk) -> APIRouter:
    router = APIRouter(prefix="/dns", tags=["dns"])

    @router.get("")
    async def get_name_server() -> dict[str, Any]:
        """Its address and port, and every record."""
        if desk.host.dns is None:
            raise HTTPException(404, "the name server is not started")
        zones = desk.world.part(DnsBook).zones([account.domain for account in desk.world.accounts()])
        return {"server": desk.host.dns, "records": {name: dict(zones[name]) for name in zones}}

    @router.put("/records")
    async def put_records(body: RecordSet) -> dict[str, Any]:
        """All records of a name and type, in place of those that were there."""
        for value in body.values:
            _refuse_unreadable(body.type, value)
        desk.world.part(DnsBook).enter(body.name, body.type, body.values)
        return body.model_dump()

    @router.put("/trouble")
    async def put_trouble(body: Troubled) -> dict[str, Any]:
        troubles = desk.world.part(DnsBook).troubles
        name = body.name.removesuffix(".")
        if body.kind is None:
            troubles.pop(name, None)
        else:
            troubles[name] = body.kind
        return body.model_dump()

    return router


def _refuse_unreadable(kind: str, value: str) -> None:
    text = quoted(value) if kind == "TXT" else value
    try:
        dns.rdata.from_text(dns.rdataclass.IN, dns.rdatatype.from_text(kind), text)
    except dns.exception.DNSException as error:
        raise HTTPException(422, f"{value!r} is no {kind} record: {error}") from error
