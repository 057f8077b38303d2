"""Behind a disabled button: whoever may not do something asks those who may, by one alert and one mail a day for it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from uuid import UUID

from sqlalchemy import select

from mailwarden.accounts import audit
from mailwarden.accounts.audit import Target
from mailwarden.accounts.audit_models import AuditEntry
from mailwarden.accounts.caller import Caller
from mailwarden.accounts.models import Membership, User
from mailwarden.accounts.rules import who_may
from mailwarden.accounts.service import people_to_ask
from mailwarden.connections.models import Connection
from mailwarden.connections.present import provider_label
from mailwarden.connections.queries import get_connection
from mailwarden.connections.schemas import AskedOut, WishIn
from mailwarden.connections.wish_words import MEANING, Wish
from mailwarden.core.db import UnitOfWork
from mailwarden.core.errors import Conflict, Invalid, TooManyRequests
from mailwarden.core.ids import format_id
from mailwarden.core.runtime import Runtime
from mailwarden.events.record import record
from mailwarden.events.types import EventType
from mailwarden.providers.catalog import load

EVERY = timedelta(days=1)  # for one person and one thing
MOST = 5  # of a person in that time: each is a mail to several
ASKED = "organization.action_asked"
KIND = "action"


@dataclass(frozen=True)
class About:
    """``label`` as people read it; ``provider`` and ``row`` where there is one."""

    label: str = ""
    provider: str | None = None
    row: Connection | None = None


async def ask_for(rt: Runtime, tx: UnitOfWork, caller: Caller, body: WishIn) -> AskedOut:
    """Raises Conflict for what the caller may do, NotFound, Invalid, TooManyRequests."""
    wish = Wish(body.action)
    meaning = MEANING[wish]
    if caller.may(meaning.permission):
        raise Conflict("You may do this yourself.", code="nothing_to_ask")
    about = await _about(tx, caller.org_id, wish, body)
    asked_at = await _asked_before(rt, tx, caller, f"{wish} {about.label}".strip())
    if asked_at is None:
        await _ask(tx, caller, wish, about)
    told = await people_to_ask(tx, caller.org_id, caller.user_id, who_may(meaning.permission))
    at = asked_at or rt.clock.now()
    return AskedOut(asked_at=at, again_at=at + EVERY, already_asked=asked_at is not None, told=told)


async def _about(tx: UnitOfWork, org_id: UUID, wish: Wish, body: WishIn) -> About:
    if "{about}" not in MEANING[wish].words:
        return About()
    if wish is not Wish.CONNECT:
        if body.connection_id is None:
            raise _missing("connection_id", "Say which connection.")
        row = await get_connection(tx, org_id, body.connection_id)
        return About(f"{provider_label(row.provider)} – {row.account_label}", row.provider, row)
    if body.provider is None:
        return About("an account")
    if body.provider not in load():
        raise _missing("provider", "There is no such provider.")
    return About(provider_label(body.provider), body.provider)


def _missing(field: str, detail: str) -> Invalid:
    return Invalid(detail, errors=[{"pointer": f"#/{field}", "code": "unknown", "detail": detail}])


async def _asked_before(rt: Runtime, tx: UnitOfWork, caller: Caller, label: str) -> datetime | None:
    """One at a time for each person: their membership is held. Raises TooManyRequests."""
    mine = (Membership.org_id == caller.org_id, Membership.user_id == caller.user_id)
    await tx.session.execute(select(Membership.id).where(*mine).with_for_update())
    entry, since = AuditEntry, rt.clock.now() - EVERY
    asked = select(entry.target_label, entry.created_at).where(
        entry.org_id == caller.org_id,
        entry.created_at > since,
        entry.action == ASKED,
        entry.actor_id == caller.user_id,
    )
    rows = (await tx.session.execute(asked)).all()
    for row in rows:
        if row.target_label == label:
            at: datetime = row.created_at
            return at
    if len(rows) >= MOST:
        left = min(row.created_at for row in rows) - since
        wait = {"Retry-After": str(ceil(left.total_seconds()))}
        raise TooManyRequests(f"You asked for {MOST} things today. Talk to them.", headers=wait)
    return None


async def _ask(tx: UnitOfWork, caller: Caller, wish: Wish, about: About) -> None:
    who, meaning = await tx.session.get_one(User, caller.user_id), MEANING[wish]
    account = format_id("conn", about.row.id) if about.row else ""
    page = meaning.page.format(provider=about.provider, account=account)
    told = {
        "action": str(wish),
        "asked_for": meaning.words.format(about=about.label),
        "asked_by": who.name,
        "user_id": format_id("usr", who.id),
        "asked": list(who_may(meaning.permission)),
        "page": f"{page}/{about.provider}" if wish is Wish.CONNECT and about.provider else page,
    }
    connection_id = about.row.id if about.row else None
    told |= {"provider": about.provider} if about.provider else {}
    await record(tx, EventType.ORGANIZATION_ACTION_ASKED, connection_id=connection_id, data=told)
    await audit.record(tx, ASKED, Target(KIND, connection_id, f"{wish} {about.label}".strip()), user_id=who.id)
