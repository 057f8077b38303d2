from typing import Annotated

from fastapi import APIRouter, Depends, Response

from mailwarden.accounts.caller import Caller, DataReader, require
from mailwarden.connections.access import require_apart
from mailwarden.core.api import Reader, Rt, Tx, errors
from mailwarden.core.etag import IfMatch, etag
from mailwarden.core.ids import DomainCheckId, DomainId
from mailwarden.core.paging import Page, Paging
from mailwarden.deliverability.domains.listing import get_look, list_domains_of, look_page
from mailwarden.deliverability.domains.output import detail_out, domain_out, look_out
from mailwarden.deliverability.domains.schemas import (
    DomainCreate,
    DomainDetailOut,
    DomainOut,
    DomainsOut,
    DomainUpdate,
    LookOut,
    LookRow,
    SuggestionOut,
    SuggestionsOut,
)
from mailwarden.deliverability.domains.service import (
    add_domain,
    change_domain,
    read_name,
    remove_domain,
)
from mailwarden.deliverability.domains.service import verify_domain as verify
from mailwarden.deliverability.domains.store import accounts, get_domain, sending_domains
from mailwarden.deliverability.domains.suggestions import suggestions_of

router = APIRouter(prefix="/v1/domains", tags=["domains"])
WRITE = "domains:write"
Manager = Annotated[Caller, Depends(require(WRITE))]
ManagerApart = Annotated[Caller, Depends(require_apart(WRITE))]


@router.get("", responses=errors())
async def list_domains(rt: Rt, tx: Reader, caller: DataReader) -> DomainsOut:
    """All sending domains with the state of their records."""
    now = rt.clock.now()
    return DomainsOut(data=[domain_out(row, now) for row in await list_domains_of(tx, caller.org_id)])


@router.post("", status_code=201, responses=errors(402, 409))
async def add_sending_domain(body: DomainCreate, rt: Rt, tx: Tx, caller: Manager, response: Response) -> DomainOut:
    """Its records are looked at right away, and then daily; after a change more often for two days."""
    row = await add_domain(rt, tx, caller.org_id, caller.user_id, await read_name(body.name), body)
    response.headers["ETag"] = etag(row.version)
    return domain_out(row, rt.clock.now())


@router.get("/suggestions", responses=errors())
async def list_domain_suggestions(tx: Reader, caller: DataReader) -> SuggestionsOut:
    """Domains of connected accounts that nobody has added yet."""
    known = await sending_domains(tx, caller.org_id)
    found = suggestions_of(await accounts(tx, caller.org_id), known)
    return SuggestionsOut(data=[SuggestionOut.model_validate(one) for one in found])


@router.get("/{domain_id}", responses=errors(404))
async def get_sending_domain(
    domain_id: DomainId, rt: Rt, tx: Reader, caller: DataReader, response: Response
) -> DomainDetailOut:
    """With the latest look, all that the DNS said in it, what to publish, and hints for the providers in use."""
    row = await get_domain(tx, caller.org_id, domain_id)
    response.headers["ETag"] = etag(row.version)
    return await detail_out(tx, row, rt.clock.now())


@router.patch("/{domain_id}", responses=errors(402, 404, 412, 428))
async def update_sending_domain(
    caller: Manager, domain_id: DomainId, body: DomainUpdate, version: IfMatch, rt: Rt, tx: Tx, response: Response
) -> DomainOut:
    """Selectors and sending addresses; what is left out stays. Looked at anew right away."""
    row = await change_domain(rt, tx, caller.org_id, domain_id, version, body)
    response.headers["ETag"] = etag(row.version)
    return domain_out(row, rt.clock.now())


@router.delete("/{domain_id}", status_code=204, responses=errors(404))
async def delete_sending_domain(domain_id: DomainId, rt: Rt, tx: Tx, caller: Manager) -> None:
    """With the history of its checks."""
    await remove_domain(rt, tx, caller.org_id, domain_id)


@router.post("/{domain_id}/verify", responses=errors(402, 404, 429))
async def verify_domain(domain_id: DomainId, rt: Rt, caller: ManagerApart, response: Response) -> DomainDetailOut:
    """Asks the DNS now, remembering nothing of earlier answers, and says what it found for each record."""
    found = await verify(rt, caller.org_id, domain_id)
    response.headers["ETag"] = etag(found.version)
    return found


@router.get("/{domain_id}/checks", responses=errors(400, 404))
async def list_domain_checks(
    domain_id: DomainId, rt: Rt, tx: Reader, caller: DataReader, page: Paging
) -> Page[LookRow]:
    """Every look at the domain's records, newest first."""
    row = await get_domain(tx, caller.org_id, domain_id)
    return await look_page(rt, tx, row, page)


@router.get("/{domain_id}/checks/{check_id}", responses=errors(404))
async def get_domain_check(domain_id: DomainId, check_id: DomainCheckId, tx: Reader, caller: DataReader) -> LookOut:
    """One look, with all that the DNS said."""
    return look_out(await get_look(tx, caller.org_id, domain_id, check_id))
