"""Raises alerts: at most one of a kind per episode, whoever asks and however often."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from mailwarden.accounts.rules import Role
from mailwarden.alerts import rules
from mailwarden.alerts.distribution import distribute
from mailwarden.alerts.models import Alert
from mailwarden.alerts.queries import find_alert, verdict_of
from mailwarden.alerts.rules import Kind
from mailwarden.connections.present import provider_label
from mailwarden.core.db import UnitOfWork
from mailwarden.core.ids import new_id
from mailwarden.core.runtime import Runtime
from mailwarden.events.models import Event

ROLES = (Role.OWNER, Role.MANAGER)


async def alert_inactive(rt: Runtime, tx: UnitOfWork, event: Event) -> None:
    """A member's own disconnect is another event and raises none (B17)."""
    card = event.data
    label, account = provider_label(card["provider"]), card["account_label"]
    title, body = rules.disconnected_title(label, account), rules.disconnected_body(card, label)
    await raise_alert(rt, tx, Kind.DISCONNECTED, event, title, body, card, once_by={"episode_id": _episode(event)})


async def alert_recovered(rt: Runtime, tx: UnitOfWork, event: Event) -> None:
    """Closes the alert of its episode. Facts may be told out of order, so the verdict is told first if it was not yet.

    An episode without a verdict alarmed nobody, and its end is no news.
    """
    org_id, episode_id = event.org_id, _episode(event)
    verdict = await verdict_of(tx, org_id, episode_id)
    if verdict is None:
        return
    if await find_alert(tx, org_id, Kind.DISCONNECTED, episode_id) is None:
        await alert_inactive(rt, tx, verdict)
    label, account = provider_label(verdict.data["provider"]), verdict.data["account_label"]
    title, body = rules.recovered_title(label, account), rules.recovered_body(label)
    card = {**verdict.data, "recovered_at": event.created_at.isoformat()}
    await raise_alert(rt, tx, Kind.RECOVERED, event, title, body, card, once_by={"episode_id": episode_id})


def _episode(event: Event) -> UUID:
    if event.subject_id is None:
        raise ValueError(f"{event.type} without its episode")
    return event.subject_id


async def raise_alert(
    rt: Runtime,
    tx: UnitOfWork,
    kind: Kind,
    event: Event,
    title: str,
    body: str,
    card: dict[str, Any],
    *,
    once_by: dict[str, UUID],
    roles: Sequence[str] = ROLES,
) -> None:
    """``once_by`` names the column, and what this kind is told of only once; ``roles``: who gets a mail."""
    notice = Notice(event.org_id, kind, title, body, card, once_by, event.connection_id, roles)
    await raise_notice(rt, tx, notice)


@dataclass(frozen=True)
class Notice:
    """An alert to be. ``frequency`` none: as the organization wants it for all."""

    org_id: UUID
    kind: Kind
    title: str
    body: str
    card: dict[str, Any]
    once_by: dict[str, UUID]
    connection_id: UUID | None = None
    roles: Sequence[str] = ROLES
    frequency: str | None = None


async def raise_notice(rt: Runtime, tx: UnitOfWork, notice: Notice) -> UUID | None:
    """The feed's row and what leaves of it, in one transaction. None: it was told before."""
    row = insert(Alert).values(
        id=new_id(),
        org_id=notice.org_id,
        kind=notice.kind,
        connection_id=notice.connection_id,
        title=notice.title,
        body=notice.body,
        card=notice.card,
        **notice.once_by,
    )
    once = row.on_conflict_do_nothing(index_elements=["org_id", "kind", *notice.once_by])
    alert_id: UUID | None = await tx.session.scalar(once.returning(Alert.id))
    if alert_id is not None:
        await distribute(rt, tx, notice.org_id, alert_id, notice.kind, notice.roles, notice.frequency)
    return alert_id
