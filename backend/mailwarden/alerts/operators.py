"""Those who run the instance are told of each incident once when it opens and once when it is over.

And, once a day, that stored authorizations cannot be decrypted: which ones, only the log says.
"""

import logging
from datetime import timedelta
from uuid import UUID

from sqlalchemy import exists, select, text
from sqlalchemy.dialects.postgresql import insert

from mailwarden.accounts.models import User
from mailwarden.alerts.letter import Fact, Letter
from mailwarden.alerts.models import OperatorMail, OperatorNotice
from mailwarden.alerts.posting import post_once
from mailwarden.connections.incident_texts import incident_out, misconfiguration
from mailwarden.connections.models import Incident
from mailwarden.connections.unreadable import OPEN
from mailwarden.core.db import UnitOfWork, unit_of_work
from mailwarden.core.ids import new_id
from mailwarden.core.jobs import Again, Lease, enqueue
from mailwarden.core.mail import Mail, build_message, domain_of, plain
from mailwarden.core.runtime import Runtime
from mailwarden.events.models import Event

log = logging.getLogger(__name__)

TELL, OPERATOR_MAIL = "tell_operators", "operator_mail"
EVERY = timedelta(seconds=30)
NEWS = timedelta(days=1)  # an incident older than that was known before anybody could be told
KINDS = OPENED, ENDED = "opened", "ended"
AFTER = "Verdicts are given again, and work goes on by itself."
MISCONFIGURED = "misconfigured"
UNREADABLE_TITLE = "Stored authorizations cannot be decrypted"
UNREADABLE_BODY = (
    "At least one connection is inactive because what we store of it cannot be decrypted with the configured keys. The "
    "log names each at level critical. If a key is missing, put it back: they recover by themselves in ten minutes. "
    "If the rows are damaged, a reconnect mends each. `mailwarden doctor` checks the keys."
)


async def tell_operators(rt: Runtime, lease: Lease) -> Again:
    async with unit_of_work(rt.sessions) as tx:
        await lease.guard(tx)
        for incident in await _untold(rt, tx, OPENED):
            await _tell(rt, tx, incident, OPENED)
        for incident in await _untold(rt, tx, ENDED):
            await _tell(rt, tx, incident, ENDED)
    return Again(rt.clock.now() + EVERY)


async def _untold(rt: Runtime, tx: UnitOfWork, kind: str) -> list[Incident]:
    """A recovery is news only to those who knew of the trouble."""
    told = {one: exists().where(OperatorNotice.incident_id == Incident.id, OperatorNotice.kind == one) for one in KINDS}
    asked = select(Incident).where(~told[kind]).order_by(Incident.started_at)
    if kind == OPENED:
        asked = asked.where(Incident.started_at > rt.clock.now() - NEWS)
    else:
        asked = asked.where(Incident.ended_at.is_not(None), told[OPENED])
    return list(await tx.session.scalars(asked))


async def tell_unreadable(rt: Runtime, tx: UnitOfWork, event: Event) -> None:
    """A listener to inactive connections. Our own copy that cannot be opened is the operator's to mend."""
    if all(item.get("operation") != OPEN for item in event.data.get("evidence", [])):
        return
    day = f"{rt.clock.now():%Y-%m-%d}"
    await _post(rt, tx, None, f"unreadable {day}", UNREADABLE_TITLE, UNREADABLE_BODY)


async def _tell(rt: Runtime, tx: UnitOfWork, incident: Incident, kind: str) -> None:
    title, body = _words(incident, kind)
    if await _post(rt, tx, incident.id, kind, title, body):
        told = {"provider": incident.provider, "kind": kind, "title": title}
        log.error("operators are told of an incident", extra=told)


async def _post(rt: Runtime, tx: UnitOfWork, incident_id: UUID | None, kind: str, title: str, body: str) -> bool:
    """False: told already."""
    row = insert(OperatorNotice).values(id=new_id(), incident_id=incident_id, kind=kind, title=title, body=body)
    once = row.on_conflict_do_nothing(index_elements=["incident_id", "kind"])
    notice_id = await tx.session.scalar(once.returning(OperatorNotice.id))
    if notice_id is None:
        return False
    domain = domain_of(rt.config.mail_from)
    for user_id in await tx.session.scalars(text("SELECT list_operators()")):
        mail_id = new_id()
        message_id = f"<{mail_id.hex}@{domain}>"
        tx.session.add(OperatorMail(id=mail_id, notice_id=notice_id, user_id=user_id, message_id=message_id))
        await enqueue(tx, OPERATOR_MAIL, mail_id)
    return True


def _words(incident: Incident, kind: str) -> tuple[str, str]:
    shown = incident_out(incident)
    if incident.kind == MISCONFIGURED:
        wrong = misconfiguration(incident)
        title, detail = wrong.title, wrong.detail
        detail += f" Expected: {wrong.expected}." if wrong.expected else ""
        detail += f" Actual: {wrong.actual}." if wrong.actual else ""
    else:
        title, detail = shown.title, shown.detail
    if kind == OPENED:
        return title, detail
    return f"Over: {title}", f"It lasted from {_moment(incident.started_at)} to {_moment(incident.ended_at)}. {AFTER}"


def _moment(at: object) -> str:
    return f"{at:%d %B %Y, %H:%M UTC}"


async def send_operator_mail(rt: Runtime, lease: Lease) -> None:
    await post_once(rt, lease, OperatorMail, _write)


async def _write(rt: Runtime, tx: UnitOfWork, copy: OperatorMail) -> Mail:
    notice = await tx.session.get_one(OperatorNotice, copy.notice_id)
    often = "once per incident" if notice.incident_id else "at most once a day"
    letter = Letter(
        heading=notice.title,
        lead=notice.body,
        facts=await _facts(tx, notice.incident_id) if notice.incident_id else [],
        button="Open the status page",
        url=f"{rt.config.base_url}/status",
        footer=f"You get this {often}, as an operator of this Mailwarden instance.",
    )
    return build_message(
        sender=rt.config.mail_from,
        to=[await _address(tx, copy.user_id)],
        subject=plain(notice.title),
        text=letter.text(),
        html=letter.html(),
        message_id=copy.message_id,
        date=rt.clock.now(),
        headers=[("Auto-Submitted", "auto-generated")],
    )


async def _facts(tx: UnitOfWork, incident_id: UUID) -> list[Fact]:
    incident = await tx.session.get_one(Incident, incident_id)
    shown = incident_out(incident)
    facts = [("Provider", shown.provider_label), ("Since", _moment(incident.started_at))]
    return [*facts, ("Until", _moment(incident.ended_at))] if incident.ended_at else facts


async def _address(tx: UnitOfWork, user_id: UUID) -> str:
    await tx.act_as(user_id)
    return (await tx.session.scalars(select(User.email).where(User.id == user_id))).one()
