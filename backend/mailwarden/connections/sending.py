"""The way on which mail leaves a connection, and what its outcome says about the connection."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType

from mailwarden.connections.checks import Asker
from mailwarden.connections.health import report_failure, report_success
from mailwarden.connections.mail_checks import Asked, login_refused_until, report_login
from mailwarden.connections.mail_servers import AT, reach_of, read_mailbox, signs_in_by_password
from mailwarden.connections.models import Connection
from mailwarden.connections.open import open_provider
from mailwarden.connections.rules import Actor
from mailwarden.core.db import unit_of_work
from mailwarden.core.runtime import Runtime
from mailwarden.providers.base import (
    AccessRevoked,
    Evidence,
    ProviderError,
    RateLimited,
    ScopesMissing,
    Unavailable,
    WritingApi,
)
from mailwarden.providers.google_sending import SendsOverGmail
from mailwarden.providers.imap.outgoing import MailWay, SendsOverSmtp
from mailwarden.providers.imap.problems import MAIL_FAILURES
from mailwarden.providers.keap_orders import SendsOverKeap
from mailwarden.providers.microsoft_sending import SendsOverGraph
from mailwarden.providers.outgoing import Handed, Outgoing, SendsMail

BY_API: Mapping[str, SendsMail[WritingApi]] = MappingProxyType(
    {"google": SendsOverGmail(), "microsoft": SendsOverGraph(), "keap": SendsOverKeap()}
)
BY_SMTP = SendsOverSmtp()
TOLD = (AccessRevoked, ScopesMissing, RateLimited, Unavailable)  # what says something about the connection


@dataclass(frozen=True, slots=True)
class SendingWay:
    """Calls of the provider: never inside a transaction. They raise as ``providers/outgoing.py`` says."""

    hand_over: Callable[[Outgoing], Awaitable[Handed]]
    look_up: Callable[[Outgoing], Awaitable[Handed | None]]


def sender_for(provider: str) -> SendsMail[WritingApi] | SendsOverSmtp:
    """What it can do; calls go by ``open_sending``."""
    return BY_API.get(provider, BY_SMTP)


def takes_messages(provider: str) -> bool:
    return sender_for(provider).takes_messages


def bcc_in_header(provider: str) -> bool:
    return sender_for(provider).bcc_in_header


def address_of(row: Connection) -> str:
    """Whom its mail comes from; "" where the provider decides that."""
    if signs_in_by_password(row.provider):
        return row.external_id.rpartition(AT)[0]
    return row.account_label if takes_messages(row.provider) else ""


async def open_sending(rt: Runtime, row: Connection) -> SendingWay:
    """Raises ProviderError; nothing was sent then."""
    if not signs_in_by_password(row.provider):
        _, api = open_provider(rt, row)
        sends = BY_API[row.provider]
        return SendingWay(partial(sends.hand_over, api), partial(sends.look_up, api))
    refused_until = await login_refused_until(Asker(rt, row, Actor.PROBE))
    if refused_until is not None:
        wait_s = (refused_until - rt.clock.now()).total_seconds()
        raise RateLimited(_own("the mail server refused the password; the next try is planned"), wait_s)
    held = await read_mailbox(rt, row)
    if held is None:
        raise Unavailable(_own("there is no password any more"), sent=False)
    way = MailWay(held.account, reach_of(rt))
    return SendingWay(partial(BY_SMTP.hand_over, way), partial(BY_SMTP.look_up, way))


def _own(message: str) -> Evidence:
    """No provider said this."""
    return Evidence(None, "mail", "", "", "", None, None, message)


async def report_sending(rt: Runtime, row: Connection, error: ProviderError | None) -> None:
    """A mail that left proves life; what failed is told as by any other work."""
    if signs_in_by_password(row.provider):
        await _report_mailbox(rt, row, error)
        return
    if error is not None and not isinstance(error, TOLD):
        return
    async with unit_of_work(rt.sessions, row.org_id) as tx:
        if error is None:
            await report_success(rt, tx, row.id, Actor.PROBE)
        else:
            await report_failure(rt, tx, row.id, error, Actor.PROBE)


async def _report_mailbox(rt: Runtime, row: Connection, error: ProviderError | None) -> None:
    """That SMTP took a mail proves nothing about IMAP, so a success is left to the probe."""
    if not isinstance(error, MAIL_FAILURES):
        return
    held = await read_mailbox(rt, row)
    if held is not None:
        await report_login(Asker(rt, row, Actor.PROBE), held, Asked(rt.clock.now(), error, signed_in=True))
