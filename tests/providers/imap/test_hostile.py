"""Servers that lie, stall or try to smuggle something in."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from mailwarden.providers.imap.imap_words import Unreadable, astring, parsed
from mailwarden.providers.imap.mailbox import prove_life
from mailwarden.providers.imap.mailbox import test_mailbox as check_mailbox
from mailwarden.providers.imap.problems import Kind, ServerTrouble
from mailwarden.providers.imap.servers import MailAccount, Security, Server

Script = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def server(script: Script) -> AsyncIterator[int]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await script(reader, writer)
        except ConnectionError:
            pass
        finally:
            writer.close()

    running = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with running:
        yield running.sockets[0].getsockname()[1]


def says(*lines: bytes) -> Script:
    """A line at once, then one after each that comes in."""

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for line in lines:
            writer.write(line)
            await reader.readline()
        await asyncio.sleep(2)

    return script


async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"* OK hello\r\n")
    await reader.readline()
    while True:
        writer.write(b"* CAPABILITY IMAP4rev1\r\n" * 1000)
        await writer.drain()


async def drip(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"*")
        await writer.drain()
        await asyncio.sleep(0.05)


def at(world, port: int, security: Security = "none") -> MailAccount:
    account = world.account()
    return MailAccount(
        account.address, Server("127.0.0.1", port, security), account.smtp, account.login, account.smtp_login
    )


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        (says(b"SSH-2.0-OpenSSH_9.2\r\n"), Kind.PROTOCOL),
        (says(b"* " + b"x" * 200_000 + b"\r\n"), Kind.PROTOCOL),
        (says(b"* OK hello\r\n", b"* 1 FETCH {999999999999}\r\n"), Kind.PROTOCOL),
        (says(b"* OK hello\r\n", b"nonsense\r\n"), Kind.PROTOCOL),
        (says(b"* BYE too busy\r\n"), Kind.SERVER_TROUBLE),
        (endless, Kind.PROTOCOL),
        (drip, Kind.NO_GREETING),
    ],
)
async def test_nonsense_ends_within_the_deadline_and_blames_nobody(world, script, kind):
    async with server(script) as port:
        with pytest.raises(ServerTrouble) as trouble:
            await prove_life(at(world, port), world.in_time(4 if kind is Kind.PROTOCOL else 1.5))
    assert trouble.value.kind is kind


async def test_what_is_said_before_encryption_is_not_believed_inside_it(world):
    """CVE-2011-0411: an answer planted behind the leave to start TLS."""
    planted = says(b"* OK hello\r\n", b"a1 OK begin TLS\r\na2 OK planted\r\n")
    async with server(planted) as port:
        imap, _ = await check_mailbox(at(world, port, "starttls"), world.in_time(1.5))
    assert imap.kind is Kind.PROTOCOL


async def test_a_server_that_takes_encryption_back_gets_no_password(world):
    heard: list[bytes] = []

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* OK hello\r\n")
        while line := await reader.readline():
            heard.append(line)
            writer.write(line.split()[0] + b" BAD what is that\r\n")

    async with server(script) as port:
        imap, _ = await check_mailbox(at(world, port, "starttls"), world.in_time(1.5))
    assert imap.kind is Kind.STARTTLS_MISSING
    assert len(heard) == 1
    assert b"STARTTLS" in heard[0]


@pytest.mark.parametrize("text", ['a"b\\c', "x\r\ny LOGOUT", "naïve", "x" * 2000, "\0"])
def test_no_string_can_end_its_command(text):
    written = astring(text)
    if isinstance(written, bytes):
        assert written == text.encode()
    else:
        assert parsed(written.encode(), []) == [text.encode()]
        assert "\r" not in written


@pytest.mark.parametrize("line", [b"(" * 40, b")", b'"open', b"\0"])
def test_unreadable_data_is_an_error_of_its_own(line):
    with pytest.raises(Unreadable):
        parsed(line, [])
