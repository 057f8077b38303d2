"""From rows to what the API says about them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, or_, select

from mailwarden.accounts.caller import Caller
from mailwarden.accounts.models import User
from mailwarden.connections.access import MANAGE
from mailwarden.core.db import UnitOfWork
from mailwarden.core.paging import BadCursor, Page, PageQuery
from mailwarden.core.runtime import Runtime
from mailwarden.sending.files import list_files
from mailwarden.sending.models import Message, MessageRecipient, Suppression
from mailwarden.sending.schemas import AttemptOut, MessageDetailOut, MessageOut, RecipientOut, SuppressionOut
from mailwarden.sending.store import attempts_of, recipients_by_message


@dataclass(frozen=True, slots=True)
class MessageFilter:
    """``mine``: only what the caller wrote."""

    mine: bool = True
    state: str | None = None
    kind: str | None = None
    mailbox_id: UUID | None = None
    q: str | None = None

    def scope(self) -> str:
        return f"messages|{self.mine}|{self.state or ''}|{self.kind or ''}|{self.mailbox_id or ''}|{self.q or ''}"

    def conditions(self, caller: Caller) -> list[ColumnElement[bool]]:
        wanted: list[ColumnElement[bool]] = [Message.author_id == caller.user_id] if self.mine else []
        if not self.mine and not caller.may(MANAGE):
            wanted.append(or_(Message.author_id == caller.user_id, Message.kind != "one_off"))
        for column, value in (
            (Message.state, self.state),
            (Message.kind, self.kind),
            (Message.slot_id, self.mailbox_id),
        ):
            if value is not None:
                wanted.append(column == value)
        return [*wanted, _says(self.q)] if self.q else wanted


def _says(words: str) -> ColumnElement[bool]:
    """In its subject, or in the address or name of somebody who gets it."""
    person = (MessageRecipient.org_id == Message.org_id) & (MessageRecipient.message_id == Message.id)
    named = or_(*(one.icontains(words, autoescape=True) for one in (MessageRecipient.address, MessageRecipient.name)))
    return or_(Message.subject.icontains(words, autoescape=True), exists().where(person, named))


async def _names(tx: UnitOfWork, messages: Sequence[Message]) -> Mapping[UUID | None, str]:
    """Of their authors; of those only who still are members."""
    ids = {one.author_id for one in messages if one.author_id is not None}
    found = await tx.session.execute(select(User.id, User.name).where(User.id.in_(ids))) if ids else ()
    return {row.id: row.name for row in found}


async def _parts(tx: UnitOfWork, messages: Sequence[Message]) -> list[dict[str, Any]]:
    """What every view of them says."""
    if not messages:
        return []
    people = await recipients_by_message(tx, messages[0].org_id, [one.id for one in messages])
    names = await _names(tx, messages)
    return [_part(one, people[one.id], names.get(one.author_id)) for one in messages]


def _part(message: Message, recipients: Sequence[MessageRecipient], author: str | None) -> dict[str, Any]:
    same = {name: getattr(message, name) for name in MessageOut.model_fields if hasattr(message, name)}
    return same | {
        "mailbox_id": message.slot_id,
        "author_name": author,
        "recipients": [RecipientOut.model_validate(one) for one in recipients],
    }


async def detail_out(tx: UnitOfWork, message: Message) -> MessageDetailOut:
    more = {name: getattr(message, name) for name in ("html", "text", "track_opens", "track_clicks")}
    attempts = [AttemptOut.model_validate(one) for one in await attempts_of(tx, message)]
    (parts,) = await _parts(tx, [message])
    more |= {"files": await list_files(tx, message), "attempts": attempts}
    return MessageDetailOut.model_validate(parts | more)


async def message_page(
    rt: Runtime, tx: UnitOfWork, caller: Caller, wanted: MessageFilter, page: PageQuery
) -> Page[MessageOut]:
    """The newest first: ids are in the order of time."""
    after = _position(rt, caller.org_id, wanted.scope(), page)
    asked = select(Message).where(Message.org_id == caller.org_id, *wanted.conditions(caller))
    if after is not None:
        asked = asked.where(Message.id < after)
    rows = (await tx.session.scalars(asked.order_by(Message.id.desc()).limit(page.limit + 1))).all()
    shown = rows[: page.limit]
    data = [MessageOut.model_validate(one) for one in await _parts(tx, shown)]
    return Page(data=data, **_more(rt, caller.org_id, wanted.scope(), len(rows) > page.limit, shown))


async def suppression_page(
    rt: Runtime, tx: UnitOfWork, org_id: UUID, reason: str | None, address: str | None, q: str | None, page: PageQuery
) -> Page[SuppressionOut]:
    scope = f"suppressions|{reason or ''}|{address or ''}|{q or ''}"
    after = _position(rt, org_id, scope, page)
    asked = select(Suppression).where(Suppression.org_id == org_id)
    if q:
        asked = asked.where(Suppression.address.contains(q.lower(), autoescape=True))
    for condition, value in ((Suppression.reason == reason, reason), (Suppression.address == address, address)):
        asked = asked.where(condition) if value is not None else asked
    if after is not None:
        asked = asked.where(Suppression.id < after)
    rows = (await tx.session.scalars(asked.order_by(Suppression.id.desc()).limit(page.limit + 1))).all()
    shown = rows[: page.limit]
    data = [SuppressionOut.model_validate(one) for one in shown]
    return Page(data=data, **_more(rt, org_id, scope, len(rows) > page.limit, shown))


def _more(
    rt: Runtime, org_id: UUID, scope: str, more: bool, shown: Sequence[Message] | Sequence[Suppression]
) -> dict[str, Any]:
    following = rt.cursors.encode(org_id, scope, [shown[-1].id.hex]) if more else None
    return {"has_more": more, "next_cursor": following}


def _position(rt: Runtime, org_id: UUID, scope: str, page: PageQuery) -> UUID | None:
    if page.cursor is None:
        return None
    try:
        return UUID(hex=str(rt.cursors.decode(org_id, scope, page.cursor)[0]))
    except (IndexError, TypeError, ValueError) as exc:
        raise BadCursor("Start again without a cursor.") from exc
