"""A DNS in memory behind the API and the jobs."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from mailwarden.core.runtime import Runtime
from mailwarden.deliverability.dns.memory import MemoryResolver, Zones
from tests.deliverability.dkim.keys import rsa_key

ZONES: Zones = {
    "shop.example": {"TXT": ["v=spf1 ip4:192.0.2.25 -all"], "MX": [(10, "mx.shop.example")], "A": ["9.9.9.9"]},
    "mx.shop.example": {"A": ["9.9.9.10"]},
    "s9._domainkey.shop.example": {"TXT": [f"v=DKIM1; p={rsa_key()}"]},
    "_dmarc.shop.example": {"TXT": ["v=DMARC1; p=reject; rua=mailto:d@shop.example"]},
    "25.2.0.192.in-addr.arpa": {"PTR": ["out.shop.example"]},
    "out.shop.example": {"A": ["192.0.2.25"]},
}


@pytest.fixture
def dns(runtime: Runtime) -> MemoryResolver:
    found = runtime.resolver
    assert isinstance(found, MemoryResolver)
    found.put(ZONES)
    return found


@pytest_asyncio.fixture(loop_scope="session", autouse=True)
async def _with_dns(dns: MemoryResolver) -> AsyncIterator[None]:
    yield
