"""Sending over SMTP, with a copy in the folder of sent mail, where it is looked for when the outcome is unknown.

What a reply means for the mail: RFC 5321 section 4.2.1 and RFC 3463; for the account: ``answers.py``.
"""

from contextlib import suppress
from dataclasses import dataclass, replace

from mailwarden.core.http import redact
from mailwarden.providers.base import EgressRefused, Evidence, ProviderError
from mailwarden.providers.imap import mailbox
from mailwarden.providers.imap.answers import smtp_meaning
from mailwarden.providers.imap.imap_client import Imap
from mailwarden.providers.imap.imap_words import astring
from mailwarden.providers.imap.problems import MAIL_FAILURES, Kind, MailFailure, Said, ServerTrouble, Step
from mailwarden.providers.imap.servers import MailAccount, Reach
from mailwarden.providers.imap.smtp_client import Sent
from mailwarden.providers.outgoing import (
    LARGEST_FILES,
    MOST_FILES,
    Deferred,
    Handed,
    MessageRefused,
    Outgoing,
    Refusal,
    SendingCapped,
)

# Names of servers that do not mark the folder (RFC 6154).
SENT_NAMES = ("sent", "sent items", "sent messages", "sent mail", "inbox.sent", "inbox/sent")
TOO_MANY_WORKERS = 421  # the server ends the conversation: that is about us, not about this mail


@dataclass(frozen=True, slots=True)
class MailWay:
    account: MailAccount
    reach: Reach


class SendsOverSmtp:
    bcc_in_header = False
    takes_messages = True
    most_files, largest_file, largest_together = MOST_FILES, LARGEST_FILES, LARGEST_FILES

    async def hand_over(self, way: MailWay, outgoing: Outgoing) -> Handed:
        try:
            sent = await mailbox.send(way.account, way.reach, outgoing.addresses, outgoing.raw)
        except MAIL_FAILURES as exc:
            raise _meaning(exc) from exc
        refused = {address: _refusal(said) for address, said in sent.refused.items()}
        if not sent.accepted:
            raise _nobody(way, sent, refused)
        with suppress(*MAIL_FAILURES, EgressRefused):  # it is out, whether a copy can be kept or not
            await _keep_copy(way, outgoing)
        return Handed(None, None, outgoing.message_id, refused)

    async def look_up(self, way: MailWay, outgoing: Outgoing) -> Handed | None:
        async with mailbox.reading(way.account, way.reach) as client:
            folder = await _sent_folder(client)
            if folder is None or not await _copies(client, folder, outgoing.message_id):
                return None
        return Handed(None, None, outgoing.message_id)


async def _keep_copy(way: MailWay, outgoing: Outgoing) -> None:
    """Only where the server keeps none by itself."""
    async with mailbox.reading(way.account, way.reach) as client:
        folder = await _sent_folder(client)
        if folder is not None and not await _copies(client, folder, outgoing.message_id):
            await client.append(folder, outgoing.raw, "\\Seen")


async def _sent_folder(client: Imap) -> str | None:
    folders = await client.folders()
    marked = (one.name for one in folders if one.role == "sent")
    named = (one.name for one in folders if one.name.lower() in SENT_NAMES)
    return next(marked, None) or next(named, None)


async def _copies(client: Imap, folder: str, message_id: str) -> list[int]:
    await client.select(folder)
    return await client.search("HEADER", "Message-ID", astring(message_id))


def _meaning(exc: MailFailure) -> ProviderError:
    """What failed on the way to handing over; only a judgement of the mail itself is not the account's affair."""
    status = exc.evidence.status or 0
    if exc.kind is Kind.DAILY_CAP:
        return SendingCapped(exc.evidence)
    if not isinstance(exc, ServerTrouble) or exc.sent or exc.step is not Step.MESSAGE:
        return exc
    if exc.kind in (Kind.MESSAGE_REFUSED, Kind.OVER_QUOTA):
        return MessageRefused(exc.evidence)
    if 400 <= status < 500 and status != TOO_MANY_WORKERS:
        return Deferred(exc.evidence)
    return exc


def _refusal(said: Said) -> Refusal:
    code = said.code or str(said.status or "")
    return Refusal(code, redact(said.text), permanent=_judged(said) and (said.status or 0) >= 500)


def _judged(said: Said) -> bool:
    return smtp_meaning(said, Step.MESSAGE) is Kind.MESSAGE_REFUSED


def _nobody(way: MailWay, sent: Sent, refused: dict[str, Refusal]) -> ProviderError:
    """Not one recipient was taken. One who may be taken later keeps the whole mail waiting."""
    meanings = {smtp_meaning(said, Step.MESSAGE) for said in sent.refused.values()}
    first = next(iter(sent.refused.values()))
    evidence = _evidence(way, first)
    if Kind.DAILY_CAP in meanings:
        return SendingCapped(replace(evidence, provider_code=Kind.DAILY_CAP))
    if all(one.permanent for one in refused.values()):
        return MessageRefused(evidence, refused)
    return Deferred(evidence)


def _evidence(way: MailWay, said: Said) -> Evidence:
    server = way.account.smtp
    host, code = f"{server.host}:{server.port}", said.code or Kind.RECIPIENT_REFUSED
    return Evidence(None, "mail", "SMTP", f"/{Step.MESSAGE}", host, said.status, code, redact(said.text))
