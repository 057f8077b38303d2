"""What the product does with a mailbox: test it step by step, prove that it lives, read, send."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace

from mailwarden.providers.base import EgressRefused
from mailwarden.providers.imap.imap_client import Folder, Imap, Selected
from mailwarden.providers.imap.problems import MAIL_FAILURES, Kind, LoginRefused, MailFailure, SenderRefused, Step
from mailwarden.providers.imap.servers import MailAccount, Protocol, Reach, Server
from mailwarden.providers.imap.smtp_client import Sent, Smtp, checked_address
from mailwarden.providers.imap.wire import Wire

SUBMISSIONS = 3  # servers look into a mail before they take it (RFC 5321 §4.5.3.2.6 allows minutes)
SLOWEST = 250_000  # bytes a second
IMAP_STEPS = (Step.RESOLVE, Step.CONNECT, Step.TLS, Step.GREETING, Step.LOGIN, Step.FOLDERS)
OTHER: dict[Protocol, Protocol] = {"imap": "smtp", "smtp": "imap"}
SMTP_STEPS = (Step.RESOLVE, Step.CONNECT, Step.TLS, Step.GREETING, Step.LOGIN, Step.SENDER)


@dataclass(frozen=True, slots=True)
class Tested:
    """How far one server's test came; ``failed`` is the step that ``error`` belongs to."""

    protocol: Protocol
    passed: tuple[Step, ...]
    failed: Step | None = None
    kind: Kind | None = None
    error: MailFailure | EgressRefused | None = None
    folders: tuple[Folder, ...] = ()
    inbox: Selected | None = None


@asynccontextmanager
async def reading(account: MailAccount, reach: Reach) -> AsyncIterator[Imap]:
    """Logged in. One deadline covers everything that is done with it."""
    async with Wire("imap", account.imap, reach).opened() as wire:
        client = Imap(wire)
        await client.greet()
        await client.login(account.login)
        yield client
        with suppress(OSError):  # what was done is done, whether the server says goodbye or not
            await client.logout()


@asynccontextmanager
async def sending(account: MailAccount, reach: Reach) -> AsyncIterator[Smtp]:
    async with Wire("smtp", account.smtp, reach).opened() as wire:
        client = Smtp(wire)
        await client.greet()
        await client.login(account.smtp_login)
        yield client
        with suppress(OSError):
            await client.quit()


async def prove_life(account: MailAccount, reach: Reach, first: Protocol = "imap") -> None:
    """One login each, and nothing twice. Raises what the first one that fails says; the other one is not asked then.

    A refused password is not shown to the other server: two refusals would count double against a lock-out. And no
    password is shown to a server before it has greeted, so that asking one that is down is a mere knock. SenderRefused
    comes last: both servers took the password then.
    """
    refused: SenderRefused | None = None
    for protocol in (first, OTHER[first]):
        try:
            await (_prove_reading if protocol == "imap" else _prove_sending)(account, reach)
        except SenderRefused as exc:
            refused = exc
    if refused is not None:
        raise refused


async def _prove_reading(account: MailAccount, reach: Reach) -> None:
    async with reading(account, reach) as client:
        await client.select()


async def _prove_sending(account: MailAccount, reach: Reach) -> None:
    async with sending(account, reach) as client:
        await client.may_send_as(account.address)


async def test_mailbox(account: MailAccount, reach: Reach) -> tuple[Tested, ...]:
    """Both servers, each up to its first failure; a refused password is not tried a second time."""
    imap = await _test_imap(account, reach)
    shared = account.smtp_login == account.login
    if shared and isinstance(imap.error, LoginRefused):
        return (imap, Tested("smtp", ()))
    return (imap, await _test_smtp(account, reach))


async def _test_imap(account: MailAccount, reach: Reach) -> Tested:
    try:
        async with reading(account, reach) as client:
            folders, inbox = tuple(await client.folders()), await client.select()
    except (*MAIL_FAILURES, EgressRefused) as exc:
        return _failed("imap", account.imap, IMAP_STEPS, exc)
    return Tested("imap", _steps(IMAP_STEPS, account.imap), folders=folders, inbox=inbox)


async def _test_smtp(account: MailAccount, reach: Reach) -> Tested:
    try:
        async with sending(account, reach) as client:
            await client.may_send_as(account.address)
    except (*MAIL_FAILURES, EgressRefused) as exc:
        return _failed("smtp", account.smtp, SMTP_STEPS, exc)
    return Tested("smtp", _steps(SMTP_STEPS, account.smtp))


def _steps(steps: tuple[Step, ...], server: Server) -> tuple[Step, ...]:
    """In the order in which they happen: STARTTLS comes after the greeting."""
    if server.security == "none":
        return tuple(step for step in steps if step is not Step.TLS)
    if server.security == "starttls":
        return (*steps[:2], Step.GREETING, Step.TLS, *steps[4:])
    return steps


def _failed(protocol: Protocol, server: Server, steps: tuple[Step, ...], exc: MailFailure | EgressRefused) -> Tested:
    step = Step.RESOLVE if isinstance(exc, EgressRefused) else exc.step
    kind = Kind.HOST_BLOCKED if isinstance(exc, EgressRefused) else exc.kind
    order = _steps(steps, server)
    passed = order[: order.index(step)] if step in order else order
    return Tested(protocol, passed, step, kind, exc)


async def send(account: MailAccount, reach: Reach, recipients: tuple[str, ...], raw: bytes) -> Sent:
    """At most once: a failure whose ``sent`` is true leaves open whether the message was taken.

    ValueError for what is no address: nothing was sent then.
    """
    for address in (account.address, *recipients):
        checked_address(address)
    patient = replace(reach, deadline_s=SUBMISSIONS * reach.deadline_s + len(raw) / SLOWEST)
    sent: Sent | None = None
    try:
        async with sending(account, patient) as client:
            sent = await client.submit(account.address, recipients, raw)
    except MAIL_FAILURES:
        if sent is None:
            raise  # after the promise nothing takes it back: not a goodbye that hangs, not a wire that breaks
    return sent


def planned_steps(account: MailAccount, protocol: Protocol) -> tuple[Step, ...]:
    """What a test of this server goes through, in order."""
    if protocol == "imap":
        return _steps(IMAP_STEPS, account.imap)
    return _steps(SMTP_STEPS, account.smtp)


async def greets(protocol: Protocol, server: Server, reach: Reach) -> bool:
    """Whether such a server is there and protected, without signing in."""
    try:
        async with Wire(protocol, server, reach).opened() as wire:
            await (Imap(wire) if protocol == "imap" else Smtp(wire)).greet()
            return wire.protected
    except (*MAIL_FAILURES, EgressRefused):
        return False
