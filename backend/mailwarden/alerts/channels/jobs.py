"""Posts an alert or digest until it is accepted: at least once, and never again after that."""

import time
from typing import Any
from uuid import UUID

from sqlalchemy import update

from mailwarden.alerts.channels.rules import OLD, is_over
from mailwarden.alerts.channels.sending import Parcel, pack, send
from mailwarden.alerts.models import Alert
from mailwarden.alerts.queries import alerts_of
from mailwarden.alerts.rule_models import AlertPost
from mailwarden.alerts.rule_store import settings_of
from mailwarden.core.db import UnitOfWork, app_now, unit_of_work
from mailwarden.core.jobs import Lease, RetryLater, backoff_s
from mailwarden.core.outside.posting import Posted
from mailwarden.core.outside.reach import open_http
from mailwarden.core.places import SLOW_BACK_S, NoPlace, Place
from mailwarden.core.runtime import Runtime


async def send_alert_post(rt: Runtime, lease: Lease) -> None:
    org_id = lease.org_id
    if org_id is None:
        raise ValueError("a post belongs to an organization")
    try:
        with rt.places.take(org_id, org_id, rt.rng.random()) as place:
            if not place.suits(failing=False):
                raise RetryLater(SLOW_BACK_S * (1 + rt.rng.random()))
            await _attempt(rt, org_id, lease, place)
    except NoPlace as full:
        raise RetryLater(full.after_s) from None


async def _attempt(rt: Runtime, org_id: UUID, lease: Lease, place: Place) -> None:
    found = await _begin(rt, lease)
    if found is None:
        return
    parcel, tries = found
    started = time.monotonic()
    async with open_http(rt) as http:
        posted = await send(rt, http, parcel)
    place.took(time.monotonic() - started)
    over = parcel.url is None or is_over(parcel.channel, posted.status, tries)
    await _settle(rt, org_id, lease, posted, over=over)
    if posted.error is not None and not over:
        raise RetryLater(max(posted.retry_after_s, backoff_s(tries, rt.rng)))


async def _begin(rt: Runtime, lease: Lease) -> tuple[Parcel, int] | None:
    """The attempt is counted before it is made."""
    async with unit_of_work(rt.sessions, lease.org_id) as tx:
        await lease.guard(tx)
        row = await tx.session.get(AlertPost, UUID(lease.key), with_for_update=True)
        if row is None or row.state not in ("queued", "sending"):
            await lease.finish(tx)
            return None
        if row.created_at < rt.clock.now() - OLD:
            row.state, row.error = "failed", row.error or "too_late"
            await lease.finish(tx)
            return None
        row.state, row.tries = "sending", row.tries + 1
        return await _pack(rt, tx, row), row.tries


async def _pack(rt: Runtime, tx: UnitOfWork, row: AlertPost) -> Parcel:
    wants = await settings_of(tx, row.org_id)
    if row.digest_id is not None:
        return pack(rt, wants, row.channel, row.id, "digest", await alerts_of(tx, row.org_id, row.digest_id))
    return pack(rt, wants, row.channel, row.id, "alert", [await tx.session.get_one(Alert, row.alert_id)])


async def _settle(rt: Runtime, org_id: UUID, lease: Lease, posted: Posted, *, over: bool) -> None:
    """Without the fence: what happened on the wire happened. Who accepted it once is never asked again."""
    async with unit_of_work(rt.sessions, org_id) as tx:
        await settle(tx, org_id, UUID(lease.key), posted, over=over)


async def settle(tx: UnitOfWork, org_id: UUID, post_id: UUID, posted: Posted, *, over: bool) -> None:
    state = "sent" if posted.error is None else "failed" if over else "queued"
    values: dict[str, Any] = {"state": state, "status": posted.status, "error": posted.error}
    if state == "sent":
        values["sent_at"] = app_now()
    mine = (AlertPost.org_id == org_id, AlertPost.id == post_id, AlertPost.state.in_(["queued", "sending"]))
    change = update(AlertPost).where(*mine)
    await tx.session.execute(change.values(values))
