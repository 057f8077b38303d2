"""Row P9: servers whose certificate is out of date, of another host, or of nobody we trust."""

import ssl
from collections.abc import Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from mailwarden.core.http import build_http
from mailwarden.providers.base import Unavailable
from tests.reliability.hostile import Reply, hostile
from tests.reliability.ours import IDENTITY, client, failure_of
from tests.reliability.row import Ground, Row, Tally

NOW = datetime.now(UTC)
KINDS: Mapping[str, tuple[str, bool, timedelta]] = {  # host it is for, signed by whom we trust, until when
    "out of date": ("localhost", True, timedelta(days=-1)),
    "another host": ("example.com", True, timedelta(days=9)),
    "unknown authority": ("localhost", False, timedelta(days=9)),
}


class Authority:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Authority")])
        self.pem = self._sign(self._name, self._key, "localhost", NOW + timedelta(days=30), ca=True)

    def server(self, host: str, until: timedelta) -> ssl.SSLContext:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        plain = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        file = self._folder / f"{host}-{until.days}-{id(self)}.pem"
        file.write_bytes(plain + self._sign(name, key, host, NOW + until))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context

    def _sign(
        self, name: x509.Name, key: ec.EllipticCurvePrivateKey, host: str, until: datetime, *, ca: bool = False
    ) -> bytes:
        builder = x509.CertificateBuilder().subject_name(name).issuer_name(self._name).public_key(key.public_key())
        builder = builder.serial_number(x509.random_serial_number()).not_valid_before(NOW - timedelta(days=30))
        builder = builder.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        return builder.not_valid_after(until).sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


async def bad_certificates(ground: Ground, n: int, *, verify: bool = True) -> Tally:
    """Refused before a byte of the request leaves; a good certificate of the same authority works."""
    tally, ours = Tally(), Authority(ground.folder)
    trusted = ssl.create_default_context(cadata=ours.pem.decode())
    for number in range(n):
        host, known, until = list(KINDS.values())[number % len(KINDS)]
        authority = ours if known else Authority(ground.folder)
        async with build_http(verify=trusted if verify else False) as http:
            error = await _call(http, authority.server(host, until))
        refused = isinstance(error, Unavailable) and not error.sent
        tally.see(refused, f"{list(KINDS)[number % len(KINDS)]}: {error!r}")
    async with build_http(verify=trusted) as http:
        error = await _call(http, ours.server("localhost", timedelta(days=9)))
    tally.violations += [f"a good certificate was refused: {error!r}"] * bool(error)
    return tally


async def _call(http: httpx.AsyncClient, tls: ssl.SSLContext) -> BaseException | None:
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(hostile(lambda _: Reply(), tls))
        url = server.url.replace("127.0.0.1", "localhost")
        one = await stack.enter_async_context(client("hubspot", url, http=http))
        return await failure_of(one.get(IDENTITY["hubspot"]))


async def unverified(ground: Ground, n: int) -> Tally:
    return await bad_certificates(ground, n, verify=False)


ROWS = [Row("P9", "bad certificates", "refused before a byte left", 600, bad_certificates, unverified, quick=12)]
