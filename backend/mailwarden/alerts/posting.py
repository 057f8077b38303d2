"""Mails a letter at most once: the intent is committed before the first byte leaves."""

from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import UUID

from sqlalchemy import update

from mailwarden.alerts.models import AlertMail, OperatorMail
from mailwarden.core.db import UnitOfWork, app_now, unit_of_work
from mailwarden.core.jobs import Lease
from mailwarden.core.mail import Mail, MailRefused, MailUnknown, UnsafeHeader
from mailwarden.core.runtime import Runtime

TRIES = 24  # with the back-off of jobs: about four hours of a relay that refuses
Copy = TypeVar("Copy", AlertMail, OperatorMail)
Write = Callable[[Runtime, UnitOfWork, Copy], Awaitable[Mail]]


async def post_once(rt: Runtime, lease: Lease, model: type[Copy], write: Write[Copy]) -> None:
    """The job's key names the copy. Who finds it begun later cannot know its end, and does not repeat it."""
    mail = await _begin(rt, lease, model, write)
    if mail is None:
        return
    try:
        await rt.mailer.send(mail)
    except MailRefused as exc:
        await _settle(rt, lease, model, "failed" if lease.attempt >= TRIES else "queued", str(exc))
        if lease.attempt < TRIES:
            raise
    except MailUnknown as exc:
        await _settle(rt, lease, model, "unknown", str(exc))
    else:
        await _settle(rt, lease, model, "sent", None)


async def _begin(rt: Runtime, lease: Lease, model: type[Copy], write: Write[Copy]) -> Mail | None:
    async with unit_of_work(rt.sessions, lease.org_id) as tx:
        await lease.guard(tx)
        row = await tx.session.get(model, UUID(lease.key), with_for_update=True)
        if row is None or row.state != "queued":
            if row is not None and row.state == "sending":
                row.state, row.error = "unknown", "interrupted while sending"
            await lease.finish(tx)
            return None
        try:
            mail = await write(rt, tx, row)
        except UnsafeHeader as exc:
            row.state, row.error = "failed", str(exc)
            await lease.finish(tx)
            return None
        row.state = "sending"
        return mail


async def _settle(rt: Runtime, lease: Lease, model: type[Copy], state: str, error: str | None) -> None:
    """Without the fence: what happened on the wire happened, also if the lease was lost meanwhile."""
    known = ["sending"] if state == "queued" else ["sending", "unknown"]
    async with unit_of_work(rt.sessions, lease.org_id) as tx:
        change = update(model).where(model.id == UUID(lease.key), model.state.in_(known))
        sent_at = app_now() if state == "sent" else None
        await tx.session.execute(change.values(state=state, error=error, sent_at=sent_at))
