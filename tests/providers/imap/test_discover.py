"""Settings by address alone: order of the sources, hostile pages, real DNS packets."""

import asyncio
import struct
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import cast

import pytest

from mailwarden.providers.imap.autoconfig import NotAutoconfig, read_autoconfig
from mailwarden.providers.imap.discover import Discovery
from mailwarden.providers.imap.dns import SystemDns
from mailwarden.providers.imap.presets import preset_of_domain, preset_of_mx, presets
from mailwarden.providers.imap.servers import PORTS, Protocol, Server

PAGE = b"""<?xml version="1.0"?><clientConfig version="1.1"><emailProvider id="firm.test">
<displayName>Firm Mail</displayName>
<incomingServer type="pop3"><hostname>pop.firm.test</hostname><port>995</port><socketType>SSL</socketType>
</incomingServer>
<incomingServer type="imap"><hostname>old.firm.test</hostname><port>143</port><socketType>plain</socketType>
</incomingServer>
<incomingServer type="imap"><hostname>imap.%EMAILDOMAIN%</hostname><port>993</port><socketType>SSL</socketType>
<username>%EMAILLOCALPART%</username></incomingServer>
<outgoingServer type="smtp"><hostname>smtp.firm.test</hostname><port>587</port><socketType>STARTTLS</socketType>
</outgoingServer>
</emailProvider></clientConfig>"""
WHO = "anna@firm.test"


@dataclass
class Outside:
    """What the network would say; asks are counted."""

    pages: dict[str, bytes] = field(default_factory=dict)
    mail: list[str] = field(default_factory=list)
    services: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    greeting: set[Server] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)

    async def fetch(self, url: str) -> bytes | None:
        self.asked.append(url)
        return self.pages.get(url.partition("?")[0])

    async def mx(self, domain: str) -> list[str]:
        self.asked.append(domain)
        return self.mail

    async def srv(self, name: str) -> list[tuple[str, int]]:
        return self.services.get(name, [])

    async def greets(self, _: Protocol, server: Server) -> bool:
        return server in self.greeting

    async def find(self, address: str = WHO):
        return await Discovery(self.fetch, self, self.greets).find(address)


async def test_the_large_ones_are_known_by_heart_and_nobody_is_asked():
    outside = Outside()
    found = await outside.find("anna@gmail.com")
    assert (found.found_by, found.better_by, found.imap.host) == ("preset", "google", "imap.gmail.com")
    assert "app password" in found.hint
    assert outside.asked == []


async def test_a_company_at_google_or_microsoft_is_told_so_whatever_its_web_page_says():
    for host, better in (("aspmx.l.google.com", "google"), ("firm-test.mail.protection.outlook.com", "microsoft")):
        outside = Outside(mail=[host], pages={"https://firm.test/.well-known/autoconfig/mail/config-v1.1.xml": PAGE})
        found = await outside.find()
        assert (found.found_by, found.better_by, found.username) == ("mx", better, WHO)


async def test_the_domains_own_page_is_read():
    found = await Outside(pages={"https://autoconfig.firm.test/mail/config-v1.1.xml": PAGE}).find()
    assert (found.found_by, found.label, found.username) == ("autoconfig", "Firm Mail", "anna")
    assert found.imap == Server("imap.firm.test", 993, "tls")
    assert found.smtp == Server("smtp.firm.test", 587, "starttls")


async def test_then_service_records():
    services = {
        "_imaps._tcp.firm.test": [("in.firm.test", 993)],
        "_submission._tcp.firm.test": [("out.firm.test", 587)],
    }
    found = await Outside(services=services).find()
    assert (found.found_by, found.imap, found.smtp) == (
        "srv",
        Server("in.firm.test", 993, "tls"),
        Server("out.firm.test", 587, "starttls"),
    )


async def test_then_the_usual_names_that_answer():
    found = await Outside(
        greeting={Server("mail.firm.test", 993, "tls"), Server("smtp.firm.test", 587, "starttls")}
    ).find()
    assert (found.found_by, found.imap.host, found.smtp.host) == ("guess", "mail.firm.test", "smtp.firm.test")
    assert await Outside().find() is None


@pytest.mark.parametrize(
    "page",
    [
        b"",
        b"<html>404</html>",
        b"{}",
        b"<clientConfig" + b"<a>" * 50,
        b'<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;&a;">]><clientConfig>&c;</clientConfig>',
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><clientConfig/>',
        PAGE + b" " * 70_000,
        PAGE.replace(b"SSL", b"plain"),
        PAGE.replace(b"imap.%EMAILDOMAIN%", b"169.254.169.254/latest"),
        PAGE.replace(b"993", b"99999"),
    ],
)
def test_hostile_pages_are_no_settings(page):
    with pytest.raises(NotAutoconfig):
        read_autoconfig(page, WHO)


def test_presets_are_protected_and_told_apart_by_whole_labels():
    for preset in presets():
        for server in (preset.imap, preset.smtp):
            assert server.security != "none"
            assert server.port in PORTS
    assert preset_of_domain("evilgmail.com") is None
    assert preset_of_mx(["mx.evilgoogle.com"]) is None
    outlook = preset_of_mx(["outlook-com.olc.protection.outlook.com"])
    assert outlook
    assert outlook.label == "Outlook.com"


class Zone(asyncio.DatagramProtocol):
    """A name server with two answers."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        question = data[12 : data.index(b"\0", 12) + 5]
        kind = struct.unpack("!H", question[-4:-2])[0]
        records = {
            15: [struct.pack("!H", 20) + name("mx2.test"), struct.pack("!H", 10) + name("MX1.test")],
            33: [struct.pack("!HHH", 0, 0, 993) + (b"\0" if b"\x06absent" in question else name("in.test"))],
        }.get(kind, [])
        head = data[:2] + struct.pack("!HHHHH", 0x8180, 1, len(records), 0, 0)
        body = b"".join(b"\xc0\x0c" + struct.pack("!HHIH", kind, 1, 60, len(r)) + r for r in records)
        self._transport.sendto(head + question + body, addr)


def name(text: str) -> bytes:
    return b"".join(bytes([len(label)]) + label.encode() for label in text.split(".")) + b"\0"


@pytest.fixture
async def zone() -> AsyncIterator[SystemDns]:
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(Zone, local_addr=("127.0.0.1", 0))
    host, port = transport.get_extra_info("sockname")
    yield SystemDns((f"{host}:{port}",))
    transport.close()


async def test_real_packets_are_read(zone: SystemDns):
    assert await zone.mx("firm.test") == ["mx1.test", "mx2.test"]
    assert await zone.srv("_imaps._tcp.firm.test") == [("in.test", 993)]
    assert await zone.srv("_imaps._tcp.absent.test") == []
