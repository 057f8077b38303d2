"""A received mail and the messages that it is about: what it proves is done, and noted once."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, or_, select

from mailwarden.connections.models import Connection
from mailwarden.connections.sending import address_of
from mailwarden.core.db import UnitOfWork
from mailwarden.core.ids import new_id
from mailwarden.core.runtime import Runtime
from mailwarden.providers.outgoing import Handed
from mailwarden.sending.models import Message, MessageRecipient
from mailwarden.sending.outcomes import set_accepted
from mailwarden.sending.receiving import effects
from mailwarden.sending.receiving.effects import Happened, What
from mailwarden.sending.receiving.models import ReceivedMail
from mailwarden.sending.receiving.rules import (
    Ours,
    bounced_recipient,
    complaining_recipients,
    is_complaint,
    judged,
    replying_recipient,
)
from mailwarden.sending.receiving.words import Kind, Read, Report, Verdict
from mailwarden.sending.source import Outcome
from mailwarden.sending.store import open_attempt

MAY_BE_OUT = ("sending", "sent", "unknown")
MOST_NAMED = 20
NOT_OURS = "recipient_or_mailbox"  # it names a message of ours, but not as we sent it: forged, or not ours to judge


@dataclass(frozen=True, slots=True)
class Mail:
    key: str
    at: datetime
    read: Read
    thread: str | None = None  # the provider's id of the conversation


@dataclass(frozen=True, slots=True)
class Known:
    """One of our messages, with its recipients' rows locked."""

    message: Message
    rows: dict[UUID, MessageRecipient]

    @property
    def ours(self) -> Ours:
        addresses = {row.address.lower(): row.id for row in self.rows.values()}
        return Ours(self.message.id, self.message.connection_id, addresses)


class Matching:
    """For one mailbox, inside one transaction."""

    def __init__(self, rt: Runtime, tx: UnitOfWork, row: Connection) -> None:
        self._rt, self._tx, self._row = rt, tx, row

    async def take(self, mails: Sequence[Mail]) -> int:
        """How many were noted: those that have to do with a message of ours, and were not noted before."""
        asked = [mail for mail in mails if mail.read.kind is not Kind.OTHER and mail.read.ids]
        known = await self._noted([mail.key for mail in asked])
        noted = 0
        for mail in asked:
            if mail.key not in known:
                noted += await self._take(mail)
        return noted

    async def _noted(self, keys: Sequence[str]) -> set[str]:
        found = select(ReceivedMail.provider_key).where(
            ReceivedMail.org_id == self._row.org_id,
            ReceivedMail.connection_id == self._row.id,
            ReceivedMail.provider_key.in_(keys),
        )
        return set(await self._tx.session.scalars(found)) if keys else set()

    async def _take(self, mail: Mail) -> bool:
        named = await self._named(mail.read.ids) or await self._in_thread(mail)
        if not named:
            return False
        match mail.read.kind:
            case Kind.BOUNCE:
                await self._bounce(mail, named)
            case Kind.COMPLAINT:
                await self._complaint(mail, named)
            case _:
                return await self._answer(mail, named)
        return True

    async def _named(self, ids: Sequence[str]) -> list[Known]:
        """In the order in which the mail names them."""
        asked = select(Message).where(
            Message.org_id == self._row.org_id,
            or_(Message.rfc822_id.in_(ids), Message.seen_id.in_(ids)),
            Message.state.in_(MAY_BE_OUT),
        )
        found = await self._locked(asked)
        place = {one: number for number, one in reversed(list(enumerate(ids)))}
        ordered = sorted(found, key=lambda m: min(place.get(m.rfc822_id or "", 99), place.get(m.seen_id or "", 99)))
        return [Known(message, await self._recipients(message)) for message in ordered]

    async def _in_thread(self, mail: Mail) -> list[Known]:
        """Gmail may not have told yet which Message-ID recipients see; a recipient's answer lies in the thread."""
        if mail.thread is None or mail.read.kind not in (Kind.REPLY, Kind.AUTO_REPLY):
            return []
        asked = select(Message).where(
            Message.org_id == self._row.org_id,
            Message.connection_id == self._row.id,
            Message.provider_thread == mail.thread,
            Message.state.in_(MAY_BE_OUT),
        )
        found = sorted(await self._locked(asked), key=lambda message: message.id, reverse=True)
        known = [Known(message, await self._recipients(message)) for message in found]
        return [one for one in known if mail.read.sender in one.ours.recipients]

    async def _locked(self, asked: Select[Message]) -> Sequence[Message]:
        """Before their recipients, as whoever sends them does."""
        locked = asked.order_by(Message.id).limit(MOST_NAMED).with_for_update()
        return (await self._tx.session.scalars(locked.execution_options(populate_existing=True))).all()

    async def _prove(self, message: Message) -> None:
        """Whatever comes back of a mail whose outcome is unknown shows that it went out."""
        attempt = await open_attempt(self._tx, message) if message.state == "unknown" else None
        if attempt is not None:
            await set_accepted(self._rt, self._tx, message, attempt, Handed(), Outcome.FOUND)

    async def _recipients(self, message: Message) -> dict[UUID, MessageRecipient]:
        asked = select(MessageRecipient).where(
            MessageRecipient.org_id == message.org_id, MessageRecipient.message_id == message.id
        )
        locked = asked.order_by(MessageRecipient.position).with_for_update().execution_options(populate_existing=True)
        return {row.id: row for row in await self._tx.session.scalars(locked)}

    async def _bounce(self, mail: Mail, named: list[Known]) -> None:
        told, about = list[dict[str, Any]](), None
        for report in mail.read.reports:
            pairs = ((known, bounced_recipient(report, known.ours, self._row.id)) for known in named)
            known, whom = next((pair for pair in pairs if pair[1]), (None, None))
            if known is not None and whom is not None:
                about = about or known.message.id
                told.append(await self._report(mail, known, known.rows[whom], report))
        if told:
            self._note(mail, Kind.BOUNCE, about, [one["recipient"] for one in told], reports=told)
        else:
            self._note(mail, Kind.OTHER, None, [], claims=Kind.BOUNCE, not_believed=NOT_OURS)

    async def _report(self, mail: Mail, known: Known, row: MessageRecipient, report: Report) -> dict[str, Any]:
        await self._prove(known.message)
        said = judged(report)
        if said.verdict in (Verdict.HARD, Verdict.SOFT):
            await effects.bounce(self._rt, self._tx, known.message, row, report, mail.at)
        elif said.verdict is Verdict.DELAYED:
            effects.delay(row, report.diagnostic)
        return {"recipient": str(row.id), "verdict": said.verdict, "code": said.code}

    async def _complaint(self, mail: Mail, named: list[Known]) -> None:
        complaint, known = mail.read.complaint, named[0]
        whom = complaining_recipients(complaint, known.ours, self._row.id) if complaint else ()
        if complaint is None or not whom or not is_complaint(complaint):
            self._note(mail, Kind.OTHER, None, [], claims=Kind.COMPLAINT, type=complaint.type if complaint else "")
            return
        await self._prove(known.message)
        for one in whom:
            await effects.complain(self._rt, self._tx, known.message, known.rows[one], mail.at)
        self._note(mail, Kind.COMPLAINT, known.message.id, [str(one) for one in whom], type=complaint.type)

    async def _answer(self, mail: Mail, named: list[Known]) -> bool:
        """Over another mailbox than it was sent from, it counts only if a recipient wrote it."""
        if await self._is_own(mail.read):
            return False
        known = next((one for one in named if self._fits(one.ours, mail.read.sender)), None)
        if known is None:
            return False
        await self._prove(known.message)
        mark = _mark(mail.read)
        if await self._is_known(known.message, mark):
            return False
        whom = replying_recipient(mail.read.sender, known.ours)
        row = known.rows[whom] if whom else None
        if mail.read.kind is Kind.AUTO_REPLY:
            await effects.tell(self._rt, self._tx, Happened(What.AUTO_REPLIED, known.message, row, mail.at))
        else:
            await effects.reply(self._rt, self._tx, known.message, row, mail.at)
        facts = {name: said for name, said in (("reason", mail.read.reason), ("fingerprint", mark)) if said}
        self._note(mail, mail.read.kind, known.message.id, [str(whom)] if whom else [], **facts)
        return True

    async def _is_known(self, message: Message, mark: str) -> bool:
        """Under another key: the folder was numbered anew, or it lies in two."""
        told = ReceivedMail.facts["fingerprint"].astext == mark
        asked = select(
            exists().where(ReceivedMail.org_id == message.org_id, ReceivedMail.message_id == message.id, told)
        )
        return bool(mark) and bool(await self._tx.session.scalar(asked))

    def _fits(self, ours: Ours, sender: str | None) -> bool:
        return ours.connection_id == self._row.id or (sender is not None and sender in ours.recipients)

    async def _is_own(self, read: Read) -> bool:
        """What we send into a thread answers what we sent before, and may lie in this very mailbox."""
        if read.sender is not None and read.sender == address_of(self._row).lower():
            return True
        if read.own_id is None:
            return False
        mine = or_(Message.rfc822_id == read.own_id, Message.seen_id == read.own_id)
        asked = select(exists().where(Message.org_id == self._row.org_id, mine))
        return bool(await self._tx.session.scalar(asked))

    def _note(self, mail: Mail, kind: Kind, message_id: UUID | None, recipients: list[str], **facts: Any) -> None:
        self._tx.session.add(
            ReceivedMail(
                id=new_id(),
                org_id=self._row.org_id,
                connection_id=self._row.id,
                provider_key=mail.key,
                kind=kind,
                message_id=message_id,
                recipient_id=UUID(recipients[0]) if recipients else None,
                received_at=mail.at,
                facts=facts | ({"recipients": recipients[1:]} if recipients[1:] else {}),
            )
        )


def _mark(read: Read) -> str:
    """Of the mail itself; what it is called is nobody's business."""
    return hashlib.sha256(read.own_id.encode()).hexdigest()[:16] if read.own_id else ""
