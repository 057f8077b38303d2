"""The policy over HTTPS, from a server of the machine itself."""

import asyncio
import datetime as dt
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from mailwarden.deliverability.records.fetching import policy_fetch
from mailwarden.deliverability.records.mta_sts import MOST_BYTES, Trouble

LOOPBACK = ("127.0.0.0/8",)
POLICY = b"version: STSv1\nmode: none\nmax_age: 86400\n"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key and certificate for 127.0.0.1, good for a day."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(secret + made.public_bytes(Encoding.PEM))
    return file


@asynccontextmanager
async def serving(file: Path, answer: bytes) -> AsyncIterator[str]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    async with server:
        yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/.well-known/mta-sts.txt"


def reply(body: bytes, status: str = "200 OK", more: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Type: text/plain\r\n{more}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def test_a_policy(certificate: Path) -> None:
    trusting = ssl.create_default_context(cafile=certificate)
    async with serving(certificate, reply(POLICY)) as url, policy_fetch(LOOPBACK, trusting) as fetch:
        found = await fetch(url)
    assert (found.status, found.content_type, found.body) == (200, "text/plain", POLICY)


async def test_a_redirect_is_not_followed(certificate: Path) -> None:
    trusting = ssl.create_default_context(cafile=certificate)
    moved = reply(b"", "301 Moved", "Location: https://127.0.0.1:1/\r\n")
    async with serving(certificate, moved) as url, policy_fetch(LOOPBACK, trusting) as fetch:
        assert (await fetch(url)).status == 301


async def test_a_certificate_that_nobody_knows_is_their_fault(certificate: Path) -> None:
    async with serving(certificate, reply(POLICY)) as url, policy_fetch(LOOPBACK) as fetch:
        assert (await fetch(url)).trouble is Trouble.CERTIFICATE


async def test_too_much(certificate: Path) -> None:
    trusting = ssl.create_default_context(cafile=certificate)
    async with serving(certificate, reply(b"x" * (MOST_BYTES + 1))) as url, policy_fetch(LOOPBACK, trusting) as fetch:
        assert (await fetch(url)).trouble is Trouble.TOO_LARGE


async def test_silence_and_our_own_network_say_nothing(certificate: Path) -> None:
    async with serving(certificate, reply(POLICY)) as url, policy_fetch() as fetch:
        assert (await fetch(url)).trouble is Trouble.NO_ANSWER
    async with policy_fetch(LOOPBACK) as fetch:
        assert (await fetch(url)).trouble is Trouble.NO_ANSWER
