"""From slots to what the API says about them."""

from uuid import UUID

from mailwarden.accounts.caller import Caller
from mailwarden.connections import queries as connections
from mailwarden.connections.access import not_theirs
from mailwarden.connections.models import Connection, Episode
from mailwarden.connections.present import card_of, connection_out, provider_label
from mailwarden.connections.rules import Status
from mailwarden.core.db import UnitOfWork
from mailwarden.core.paging import BadCursor, Page, PageQuery
from mailwarden.core.runtime import Runtime
from mailwarden.mailboxes.queries import Held, MailboxFilter, list_slots
from mailwarden.mailboxes.schemas import MailboxAction, MailboxDetailOut, MailboxOut, MailboxStatus
from mailwarden.mailboxes.settings import DEFAULTS, settings_of

LABELS: dict[MailboxStatus, str] = {"successful": "Successful", "failed": "Failed", "empty": "Empty"}


def status_of(row: Connection | None) -> MailboxStatus:
    """Successful only while the one connection status says so without reservation (B31, B43)."""
    if row is None:
        return "empty"
    return "successful" if row.status == Status.CONNECTED and not row.missing_scopes else "failed"


def _reason(row: Connection | None, episode: Episode | None) -> str | None:
    if row is None or status_of(row) == "successful":
        return None
    card = card_of(row, episode)
    if card is not None:
        return f"{card.title}. {card.explanation}"
    if row.missing_scopes:
        return f"{provider_label(row.provider)} did not grant {', '.join(row.missing_scopes)}."
    return "The account is not connected."


def _actions(caller: Caller, row: Connection | None) -> list[MailboxAction]:
    if row is None:
        return [_action("connect", "Connect a mailbox", None)]
    refused = not_theirs(caller, row)
    reason = refused.detail if refused else None
    return [
        _action("manage", "Manage", reason),
        _action("reconnect", "Reconnect", reason),
        _action("test", "Test connection", reason),
        _action("disconnect", "Disconnect", reason),
    ]


def _action(code: str, label: str, reason: str | None) -> MailboxAction:
    return MailboxAction.model_validate({"code": code, "label": label, "allowed": reason is None, "reason": reason})


def mailbox_out(caller: Caller, held: Held, episode: Episode | None) -> MailboxOut:
    slot, row = held
    status = status_of(row)
    return MailboxOut(
        id=slot.id,
        number=slot.number,
        status=status,
        label=LABELS[status],
        reason=_reason(row, episode),
        connection=connection_out(row, episode) if row else None,
        last_verified_at=row.proof_of_life_at if row else None,
        own=row is not None and row.connected_by == caller.user_id,
        actions=_actions(caller, row),
        changed_settings=sorted(slot.settings),
        reserved_until=slot.reserved_until,
        emptied_at=slot.emptied_at,
        settings_version=slot.version,
    )


async def detail_out(tx: UnitOfWork, caller: Caller, held: Held) -> MailboxDetailOut:
    slot, row = held
    episode = await connections.open_episode(tx, row.org_id, row.id) if row else None
    shown = mailbox_out(caller, held, episode)
    parts = {name: getattr(shown, name) for name in MailboxOut.model_fields}
    return MailboxDetailOut(**parts, settings=settings_of(slot.settings), defaults=DEFAULTS)


async def list_page(
    rt: Runtime, tx: UnitOfWork, caller: Caller, wanted: MailboxFilter, page: PageQuery
) -> Page[MailboxOut]:
    scope = f"mailboxes|{wanted.scope()}"
    after = _position(rt, caller.org_id, scope, page)
    rows = await list_slots(tx, caller.org_id, wanted, page.limit + 1, after)
    episodes = await connections.open_episodes(tx, caller.org_id)
    shown, more = rows[: page.limit], len(rows) > page.limit
    return Page(
        data=[mailbox_out(caller, held, episodes.get(held[1].id) if held[1] else None) for held in shown],
        has_more=more,
        next_cursor=rt.cursors.encode(caller.org_id, scope, [shown[-1][0].number]) if more else None,
    )


def _position(rt: Runtime, org_id: UUID, scope: str, page: PageQuery) -> int | None:
    if page.cursor is None:
        return None
    try:
        return int(rt.cursors.decode(org_id, scope, page.cursor)[0])
    except (IndexError, TypeError, ValueError) as exc:
        raise BadCursor("Start again without a cursor.") from exc
