"""Domains for the measurement of DNS checks, made of a seed, and the name server that answers for them.

Each has all that a sender with care publishes: SPF of five lookups over four records, DMARC, two DKIM keys, two MX,
MTA-STS, TLS-RPT, BIMI, and an address with a name, there and back. No two share a name or a text, so nothing that one
check was told spares another one a question.
"""

import base64
import random
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import dns.exception
import dns.message
import dns.query
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.benchmarks.lab import wait_until

SELECTORS = ("s1", "s2")
SPF_LOOKUPS = 5
HEAD = "@ 3600 IN SOA ns1{of} hostmaster{of} 1 3600 600 86400 300\n@ 3600 IN NS ns1{of}\n@ 3600 IN NS ns2{of}\n"
CONFIG = """server:
  ip-address: 127.0.0.1@{port}
  server-count: 1
  username: ""
  zonesdir: "{folder}"
  database: ""
  pidfile: "{folder}/nsd.pid"
  xfrdfile: "{folder}/xfrd.state"
  zonelistfile: "{folder}/zone.list"
  logfile: "{folder}/nsd.log"
  rrl-ratelimit: 0
  minimal-responses: yes
remote-control:
  control-enable: yes
  control-interface: "{folder}/control"
"""


@dataclass(frozen=True)
class Sender:
    """One domain with its records, and the address that mail leaves from."""

    name: str
    address: str
    zone: str

    @property
    def reverse(self) -> str:
        return f"{'.'.join(reversed(self.address.split('.')))}.in-addr.arpa. 3600 IN PTR out.{self.name}.\n"


def make_senders(count: int, seed: int) -> list[Sender]:
    chance = random.Random(seed)
    return [_sender(number, chance) for number in range(count)]


def _sender(number: int, chance: random.Random) -> Sender:
    name = f"sender{number:05}-{chance.randrange(16**6):06x}.example"
    address = f"11.{number >> 16}.{number >> 8 & 255}.{number & 255}"
    hosts = [_address(chance) for _ in range(4)]
    keys = [f"{one}._domainkey 3600 IN TXT {_quoted(f'v=DKIM1; k=rsa; p={_key(chance)}')}" for one in SELECTORS]
    lines = [
        *(f"{host} 3600 IN A {ip}" for host, ip in zip(("ns1", "ns2", "mx1", "mx2"), hosts, strict=True)),
        *(f"{host} 3600 IN AAAA 2a0f::{chance.randrange(1, 65536):x}" for host in ("mx1", "mx2")),
        f"@ 3600 IN A {_address(chance)}",
        f"out 3600 IN A {address}",
        "@ 3600 IN MX 10 mx1\n@ 3600 IN MX 20 mx2",
        *_policies(name, chance),
        *keys,
        *_reports(name, chance),
    ]
    return Sender(name, address, HEAD.format(of="") + "\n".join(lines) + "\n")


def _policies(name: str, chance: random.Random) -> list[str]:
    """mx, a and three includes, one of them below another: the sender's own address is met last."""
    parts = {
        "@": f"mx include:_a.{name} include:_b.{name} a:out.{name}",
        "_a": f"ip4:{_address(chance)} ip4:{_network(chance)} ip6:2a0f:{chance.randrange(65536):x}::/32",
        "_b": f"include:_c.{name} ip4:{_network(chance)}",
        "_c": " ".join(f"ip4:{_network(chance)}" for _ in range(8)),
    }
    return [f'{host} 3600 IN TXT "v=spf1 {terms} {"-" if host == "@" else "~"}all"' for host, terms in parts.items()]


def _reports(name: str, chance: random.Random) -> list[str]:
    return [
        f'_dmarc 3600 IN TXT "v=DMARC1; p=reject; rua=mailto:dmarc@{name}"',
        f'_mta-sts 3600 IN TXT "v=STSv1; id={chance.randrange(10**12)}"',
        f'_smtp._tls 3600 IN TXT "v=TLSRPTv1; rua=mailto:tls@{name}"',
        f'default._bimi 3600 IN TXT "v=BIMI1; l=https://{name}/logo.svg; a=https://{name}/mark.pem"',
    ]


def _address(chance: random.Random) -> str:
    return f"12.{chance.randrange(256)}.{chance.randrange(256)}.{chance.randrange(1, 255)}"


def _network(chance: random.Random) -> str:
    return f"12.{chance.randrange(256)}.{chance.randrange(256)}.0/24"


def _key(chance: random.Random) -> str:
    """Odd and of 2,048 bits is all that can be seen of a modulus, so nobody has to look for primes."""
    modulus = chance.getrandbits(2048) | 1 << 2047 | 1
    public = RSAPublicNumbers(65537, modulus).public_key()
    return base64.b64encode(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


def _quoted(text: str) -> str:
    return " ".join(f'"{text[at : at + 250]}"' for at in range(0, len(text), 250))


@dataclass(frozen=True)
class NameServer:
    port: int
    config: Path

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def asked(self) -> int:
        """Queries since it was asked last, as it counts them itself."""
        told = subprocess.run(
            ["nsd-control", "-c", str(self.config), "stats"], capture_output=True, text=True, check=True
        )
        found = re.search(r"^num\.queries=(\d+)$", told.stdout, re.MULTILINE)
        assert found, told.stdout
        return int(found[1])


@contextmanager
def name_server(senders: list[Sender], folder: Path) -> Iterator[NameServer]:
    """NSD as a child of ours; no service of the system is touched. Ends the run where there is none."""
    if shutil.which("nsd") is None or shutil.which("nsd-control") is None:
        raise SystemExit("The name server NSD is not installed (on Debian and Ubuntu: apt install nsd).")
    server = NameServer(_free_port(), folder / "nsd.conf")
    server.config.write_text(_written(senders, folder, server.port))
    process = subprocess.Popen(["nsd", "-d", "-c", str(server.config)])
    try:
        wait_until(lambda: _answers(server, senders[-1].name, process), 30)
        yield server
    finally:
        process.terminate()
        process.wait(20)


def _written(senders: list[Sender], folder: Path, port: int) -> str:
    """A zone for each domain, one for their addresses, and the root, which knows that nothing else exists."""
    root = HEAD.format(of=".example.")
    zones = {".": root, "in-addr.arpa": root + "".join(one.reverse for one in senders)}
    zones |= {one.name: one.zone for one in senders}
    config = [CONFIG.format(port=port, folder=folder)]
    for name, text in zones.items():
        (folder / f"{name}.zone").write_text(text)
        config.append(f'zone:\n  name: "{name}"\n  zonefile: "{name}.zone"\n')
    return "".join(config)


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _answers(server: NameServer, name: str, process: "subprocess.Popen[bytes]") -> bool:
    if process.poll() is not None:
        raise SystemExit(f"NSD did not start; see {server.config.with_name('nsd.log')}")
    try:
        reply = dns.query.udp(dns.message.make_query(name, "SOA"), "127.0.0.1", timeout=1, port=server.port)
    except (dns.exception.DNSException, OSError):
        return False
    return bool(reply.answer)
