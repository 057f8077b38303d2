"""Raises alerts: at most one of a kind per episode, whoever asks and however often."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from mailwarden.accounts.rules import Role
from mailwarden.alerts import rules
from mailwarden.alerts.models import Alert, AlertMail
from mailwarden.alerts.queries import find_alert, people_to_tell, verdict_of
from mailwarden.alerts.rules import Kind
from mailwarden.connections.present import provider_label
from mailwarden.core.db import UnitOfWork
from mailwarden.core.ids import new_id
from mailwarden.core.jobs import enqueue
from mailwarden.core.mail import domain_of
from mailwarden.core.runtime import Runtime
from mailwarden.events.models import Event

MAIL = "alert_mail"


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
    roles: Sequence[str] = (Role.OWNER, Role.MANAGER),
) -> None:
    """``once_by`` names the column, and what this kind is told of only once; ``roles``: who gets a mail."""
    row = insert(Alert).values(
        id=new_id(),
        org_id=event.org_id,
        kind=kind,
        connection_id=event.connection_id,
        title=title,
        body=body,
        card=card,
        **once_by,
    )
    once = row.on_conflict_do_nothing(index_elements=["org_id", "kind", *once_by])
    alert_id = await tx.session.scalar(once.returning(Alert.id))
    if alert_id is not None:
        await _mail(rt, tx, event.org_id, alert_id, roles)


async def _mail(rt: Runtime, tx: UnitOfWork, org_id: UUID, alert_id: UUID, roles: Sequence[str]) -> None:
    """One row and one job for each address, in the alert's own transaction."""
    domain = domain_of(rt.config.mail_from)
    for address in await people_to_tell(tx, org_id, roles):
        mail_id = new_id()
        message_id = f"<{mail_id.hex}@{domain}>"
        tx.session.add(
            AlertMail(id=mail_id, org_id=org_id, alert_id=alert_id, recipient=address, message_id=message_id)
        )
        await enqueue(tx, MAIL, mail_id)
