"""Discovery as a route may offer it: guarded, within one deadline, and never a way to look into a network."""

import asyncio
from dataclasses import asdict, replace
from urllib.parse import urlsplit

import httpx

from mailwarden.accounts.caller import Caller
from mailwarden.connections.mail_servers import reach_of
from mailwarden.connections.mailbox_connect import OF_ONE_ORGANIZATION
from mailwarden.connections.mailbox_schemas import DiscoverOut, ServerOut
from mailwarden.core.egress import EgressGuard
from mailwarden.core.http import NoAnswer, build_http, send_once
from mailwarden.core.runtime import Runtime
from mailwarden.providers.budget import Quota
from mailwarden.providers.imap.autoconfig import MOST_BYTES
from mailwarden.providers.imap.discover import Discovery, Found
from mailwarden.providers.imap.dns import SystemDns
from mailwarden.providers.imap.mailbox import greets
from mailwarden.providers.imap.servers import Protocol, Server
from mailwarden.providers.turns import take_turn

PAGE_S, GREETING_S, ALL_S = 4.0, 4.0, 15.0


async def discover_mailbox(rt: Runtime, caller: Caller, address: str) -> DiscoverOut:
    await _take_turn(rt, caller)
    found: Found | None = None
    guard = EgressGuard(allow=rt.config.egress_allow, ports=(443,))
    async with build_http(guard=guard) as http:
        try:
            async with asyncio.timeout(ALL_S):
                found = await _discovery(rt, http).find(address)
        except TimeoutError:
            found = None
    return _out(address, found)


def _discovery(rt: Runtime, http: httpx.AsyncClient) -> Discovery:
    reach = replace(reach_of(rt), deadline_s=GREETING_S)

    async def fetch(url: str) -> bytes | None:
        try:
            answer = await send_once(http, httpx.Request("GET", url), deadline_s=PAGE_S, max_bytes=MOST_BYTES)
        except (NoAnswer, httpx.InvalidURL, UnicodeError):
            return None
        return answer.body if answer.status == 200 and urlsplit(url).scheme == "https" else None

    async def greeted(protocol: Protocol, server: Server) -> bool:
        return await greets(protocol, server, reach)

    return Discovery(fetch, SystemDns(), greeted)


async def _take_turn(rt: Runtime, caller: Caller) -> None:
    key = f"mailbox-discover:{caller.org_id}"
    text = "Too many look-ups. Wait a few minutes, or type the servers in."
    await take_turn(rt.budget, key, Quota(key, *OF_ONE_ORGANIZATION), said=text)


def _out(address: str, found: Found | None) -> DiscoverOut:
    return DiscoverOut(
        address=address,
        found_by=found.found_by if found else None,
        label=found.label if found else None,
        username=found.username if found else address,
        imap=ServerOut(**asdict(found.imap)) if found and found.imap else None,
        smtp=ServerOut(**asdict(found.smtp)) if found and found.smtp else None,
        better_by=found.better_by if found else None,
        hint=found.hint if found else None,
        help_url=found.help_url if found else None,
    )
