"""What no form would send and no registrar would sell, and records as only the world writes them: never a 500."""

from typing import Any

import pytest

from mailwarden.core.runtime import Runtime
from mailwarden.deliverability.dns.memory import MemoryResolver, Zones
from tests.support.browser import Browser
from tests.support.jobs import drain

NEW = {"name": "shop.example", "selectors": ["s9"], "sending_ips": [{"address": "192.0.2.25"}]}


async def add(owner: Browser, **over: Any) -> dict[str, Any]:
    answer = await owner.post("/v1/domains", NEW | over)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize(
    "name",
    [
        *("\x00", "a\x00b.example", "@", ".", "..", "a..b.example", "*.shop.example", "_x.shop.example", "-a.example"),
        *("a" * 64 + ".example", "a." * 126 + "example", "\u00df" * 70 + ".example", "xn--.example", "xn--a.example"),
        *("192.0.2.1", "[192.0.2.1]", "::1", "1.2.3", "0x7f.1", "\u202eshop.example", "\U0001f600", "shop example"),
        *("https://shop.example", "shop.example/x", "shop.example:25", "com", "co.uk", "github.io", "localhost"),
    ],
)
async def test_no_name_of_a_domain(owner: Browser, name: str) -> None:
    answer = await owner.post("/v1/domains", {"name": name})
    assert (answer.status_code, answer.json()["code"]) == (422, "domain_name")


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        (" News@Shop.Example. ", "shop.example"),
        ("B\u00dcCHER.example", "xn--bcher-kva.example"),
        ("b\u00fccher\uff0eexample", "xn--bcher-kva.example"),
        ("XN--BCHER-KVA.EXAMPLE", "xn--bcher-kva.example"),
        ("a." * 122 + "example", "a." * 122 + "example"),
    ],
)
async def test_one_spelling(runtime: Runtime, owner: Browser, typed: str, name: str) -> None:
    added = await add(owner, name=typed, selectors=[], sending_ips=[])
    assert added["name"] == name
    await drain(runtime)
    found = (await owner.get(f"/v1/domains/{added['id']}")).json()
    assert found["checked_at"] is not None
    assert (await owner.post("/v1/domains", {"name": name})).status_code == 409


@pytest.mark.parametrize(
    "address",
    [
        *("fe80::1%eth0", "2001:4860::1%1", "127.0.0.1", "10.0.0.1", "0.0.0.0", "::", "224.0.0.1", "255.255.255.255"),
        *("::ffff:10.0.0.1", "192.0.2.0/24", "1.2.3", "01.2.3.4", "\x00", "\u0661.2.3.4", "example.com"),
    ],
)
async def test_no_address_that_mail_could_leave_from(owner: Browser, address: str) -> None:
    answer = await owner.post("/v1/domains", NEW | {"sending_ips": [{"address": address}]})
    assert answer.status_code == 422, answer.text


async def test_an_ipv4_address_in_the_clothes_of_ipv6_is_one_of_ipv4(owner: Browser) -> None:
    added = await add(owner, sending_ips=[{"address": "::ffff:192.0.2.25"}, {"address": "192.0.2.25"}])
    assert added["sending_ips"] == [{"address": "192.0.2.25", "shared": False}]


AT, KEY = "_dmarc.shop.example", "s9._domainkey.shop.example"
REPORTS = ",".join(f"mailto:a@d{number}.example" for number in range(500))


@pytest.mark.parametrize(
    "zone",
    [
        {"shop.example": {"TXT": [b"v=spf1 a\x00b -all"]}},
        {"shop.example": {"TXT": [b"v=spf1 include:a\x00b.example -all"]}},
        {"shop.example": {"TXT": [b"spf1 \x00 all"]}},
        {"shop.example": {"TXT": [b"v=spf1 \xed\xa0\x80 -all"]}},
        {"shop.example": {"TXT": [b"v=spf1 " + b"include:x.example " * 3000]}},
        {"shop.example": {"TXT": [b"v=spf1 " + b"\x00 " * 3000]}},
        {"shop.example": {"TXT": [b"v=spf1 ?x=\x00 exp=%{p}.x.example -all"]}},
        {"shop.example": {"TXT": ["x" * 250] * 250}},
        {AT: {"TXT": [b"v=DMARC1; p=no\x00ne; rua=mailto:a\x00@b.example"]}},
        {AT: {"TXT": [b"v=DMARC1; \x00; x\x00=y; p:none"]}},
        {AT: {"TXT": [b"v=DMARC\x00"]}},
        {AT: {"TXT": [b"v=DMARC1; p=none; pct=\x00"]}},
        {AT: {"TXT": [f"v=DMARC1; p=none; rua={REPORTS}"]}},
        {AT: {"CNAME": [AT]}},
        {KEY: {"TXT": [b"v=DKIM1; p=\x00"]}},
        {KEY: {"TXT": [b"v=DKIM1; k=\x00; p=AAAA"]}},
        {KEY: {"TXT": [b"v=DKIM1; p=" + b"A" * 60000]}},
        {KEY: {"CNAME": ["gone\x00.example"]}},
        {"_mta-sts.shop.example": {"TXT": [b"v=STSv1; id=\x00"]}},
        {"_smtp._tls.shop.example": {"TXT": [b"v=TLSRPTv1; rua=\x00"]}},
        {"default._bimi.shop.example": {"TXT": [b"v=BIMI1; l=\x00; a=\x00"]}},
        {"shop.example": {"MX": [(10, "\x00.example"), (10, "a b"), (10, ".....")]}},
        {"25.2.0.192.in-addr.arpa": {"PTR": ["\x00.example", "*.example", "a" * 300]}},
        {"*.shop.example": {"TXT": ["v=spf1 -all", "v=DMARC1; p=none", "hello"]}},
    ],
    ids=lambda one: next(iter(one)) if isinstance(one, dict) else None,
)
async def test_any_bytes_may_stand_in_the_dns(
    runtime: Runtime, owner: Browser, dns: MemoryResolver, zone: Zones
) -> None:
    """Looked at, kept, told and shown; in bounds, since each look is kept for months."""
    added = await add(owner)
    await drain(runtime)
    dns.asked.clear()
    dns.put(zone)
    answer = await owner.post(f"/v1/domains/{added['id']}/verify")
    assert answer.status_code == 200, answer.text
    assert len(answer.text) < 120_000
    assert len(dns.asked) < 400
    for path in ("", "/checks"):
        assert (await owner.get(f"/v1/domains/{added['id']}{path}")).status_code == 200
