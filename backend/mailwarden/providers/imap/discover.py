"""Finding a mailbox's servers by its address alone. Nobody signs in to anything.

In this order: what we know by heart, what the domain publishes for mail programs, who takes the domain's mail, SRV
records (RFC 6186, RFC 8314), and at last the usual names, of which only those count that greet us over TLS.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

from mailwarden.providers.imap.autoconfig import NotAutoconfig, read_autoconfig
from mailwarden.providers.imap.dns import Dns
from mailwarden.providers.imap.presets import Preset, preset_of_domain, preset_of_mx
from mailwarden.providers.imap.servers import Protocol, Security, Server

FoundBy = Literal["preset", "autoconfig", "well_known", "mx", "srv", "guess"]
Fetch = Callable[[str], Awaitable[bytes | None]]  # a page's body, None for anything but success
Greets = Callable[[Protocol, Server], Awaitable[bool]]
SRV: dict[Protocol, tuple[tuple[str, Security], ...]] = {
    "imap": (("_imaps._tcp", "tls"), ("_imap._tcp", "starttls")),
    "smtp": (("_submissions._tcp", "tls"), ("_submission._tcp", "starttls")),
}
GUESSES: dict[Protocol, tuple[tuple[str, int, Security], ...]] = {
    "imap": (("imap", 993, "tls"), ("mail", 993, "tls"), ("mail", 143, "starttls")),
    "smtp": (("smtp", 465, "tls"), ("mail", 465, "tls"), ("smtp", 587, "starttls"), ("mail", 587, "starttls")),
}


@dataclass(frozen=True, slots=True)
class Found:
    found_by: FoundBy
    username: str
    imap: Server | None
    smtp: Server | None
    label: str | None = None
    better_by: Literal["google", "microsoft"] | None = None
    hint: str | None = None
    help_url: str | None = None


@dataclass(frozen=True, slots=True)
class Discovery:
    fetch: Fetch
    dns: Dns
    greets: Greets

    async def find(self, address: str) -> Found | None:
        domain = address.rpartition("@")[2].lower()
        if preset := preset_of_domain(domain):
            return _by_preset(preset, address, "preset")
        published, mx = await asyncio.gather(self._published(domain, address), self.dns.mx(domain))
        known = preset_of_mx(mx)
        if published is not None and (known is None or known.better_by is None):
            return published
        if known is not None:  # a page of the domain's own must not hide that Google or Microsoft hold the mailbox
            return _by_preset(known, address, "mx")
        return await self._by_srv(domain, address) or await self._by_guess(domain, address)

    async def _published(self, domain: str, address: str) -> Found | None:
        """By the domain itself before its web page."""
        pages: tuple[tuple[FoundBy, str], ...] = (
            ("autoconfig", f"https://autoconfig.{domain}/mail/config-v1.1.xml?emailaddress={quote(address)}"),
            ("well_known", f"https://{domain}/.well-known/autoconfig/mail/config-v1.1.xml"),
        )
        bodies = await asyncio.gather(*(self.fetch(url) for _, url in pages))
        for (found_by, _), body in zip(pages, bodies, strict=True):
            try:
                told = read_autoconfig(body, address) if body else None
            except NotAutoconfig:
                continue
            if told is not None:
                return Found(found_by, told.username, told.imap, told.smtp, told.label)
        return None

    async def _by_srv(self, domain: str, address: str) -> Found | None:
        imap, smtp = await asyncio.gather(self._srv("imap", domain), self._srv("smtp", domain))
        return Found("srv", address, imap, smtp) if imap or smtp else None

    async def _srv(self, protocol: Protocol, domain: str) -> Server | None:
        answers = await asyncio.gather(*(self.dns.srv(f"{name}.{domain}") for name, _ in SRV[protocol]))
        for (_, security), found in zip(SRV[protocol], answers, strict=True):
            if found:
                return Server(*found[0], security)
        return None

    async def _by_guess(self, domain: str, address: str) -> Found | None:
        imap, smtp = await asyncio.gather(self._guess("imap", domain), self._guess("smtp", domain))
        return Found("guess", address, imap, smtp) if imap or smtp else None

    async def _guess(self, protocol: Protocol, domain: str) -> Server | None:
        servers = [Server(f"{name}.{domain}", port, security) for name, port, security in GUESSES[protocol]]
        greeted = await asyncio.gather(*(self.greets(protocol, server) for server in servers))
        return next((server for server, good in zip(servers, greeted, strict=True) if good), None)


def _by_preset(preset: Preset, address: str, found_by: FoundBy) -> Found:
    local, _, domain = address.rpartition("@")
    username = preset.username.format(address=address, local=local, domain=domain)
    return Found(
        found_by,
        username,
        preset.imap.as_server(),
        preset.smtp.as_server(),
        preset.label,
        preset.better_by,
        preset.hint,
        preset.help_url,
    )
