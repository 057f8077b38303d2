"""What RFC 7208 says of its own examples (appendix A, section 7.4 and the sections on single terms)."""

import pytest

from mailwarden.deliverability.dns.memory import MemoryResolver, Zones
from mailwarden.deliverability.spf.client import Client
from mailwarden.deliverability.spf.evaluate import check_host
from mailwarden.deliverability.spf.grammar import domain_spec, macro_string
from mailwarden.deliverability.spf.macros import expand, expand_name
from mailwarden.deliverability.spf.outcome import Evaluation, SpfResult

COM = "example.com"
ZONES: Zones = {
    COM: {"MX": [(10, "mail-a.example.com"), (20, "mail-b.example.com")], "A": ["192.0.2.10", "192.0.2.11"]},
    "amy.example.com": {"A": ["192.0.2.65"]},
    "bob.example.com": {"A": ["192.0.2.66"]},
    "mail-a.example.com": {"A": ["192.0.2.129"]},
    "mail-b.example.com": {"A": ["192.0.2.130"]},
    "www.example.com": {"CNAME": ["example.com"]},
    "example.org": {"MX": [(10, "mail-c.example.org")]},
    "mail-c.example.org": {"A": ["192.0.2.140"]},
    "10.2.0.192.in-addr.arpa": {"PTR": ["example.com"]},
    "11.2.0.192.in-addr.arpa": {"PTR": ["example.com"]},
    "65.2.0.192.in-addr.arpa": {"PTR": ["amy.example.com"]},
    "66.2.0.192.in-addr.arpa": {"PTR": ["bob.example.com"]},
    "129.2.0.192.in-addr.arpa": {"PTR": ["mail-a.example.com"]},
    "130.2.0.192.in-addr.arpa": {"PTR": ["mail-b.example.com"]},
    "140.2.0.192.in-addr.arpa": {"PTR": ["mail-c.example.org"]},
    "4.0.0.10.in-addr.arpa": {"PTR": ["bob.example.com"]},  # which does not say so itself
}
EVERYBODY = {f"192.0.2.{last}" for last in (10, 11, 65, 66, 129, 130, 131, 140, 141, 200)} | {"10.0.0.4"}


async def ask(records: dict[str, str], ip: str, sender: str = "joe@example.com") -> Evaluation:
    zones: Zones = {name: {**_records(name), "TXT": [text]} for name, text in records.items()}
    return await check_host(MemoryResolver({**ZONES, **zones}), Client(ip, sender, "mail.example.net"))


def _records(name):
    found = ZONES.get(name, {})
    return found if isinstance(found, dict) else {}


@pytest.mark.parametrize(
    ("record", "passing"),
    [
        ("v=spf1 +all", EVERYBODY),
        ("v=spf1 a -all", {"192.0.2.10", "192.0.2.11"}),
        ("v=spf1 a:example.org -all", set()),
        ("v=spf1 mx -all", {"192.0.2.129", "192.0.2.130"}),
        ("v=spf1 mx:example.org -all", {"192.0.2.140"}),
        ("v=spf1 mx mx:example.org -all", {"192.0.2.129", "192.0.2.130", "192.0.2.140"}),
        (
            "v=spf1 mx/30 mx:example.org/30 -all",
            {"192.0.2.129", "192.0.2.130", "192.0.2.131", "192.0.2.140", "192.0.2.141"},
        ),
        ("v=spf1 ptr -all", {f"192.0.2.{last}" for last in (10, 11, 65, 66, 129, 130)}),
        ("v=spf1 ip4:192.0.2.128/28 -all", {f"192.0.2.{last}" for last in (129, 130, 131, 140, 141)}),
    ],
)
async def test_simple_examples(record, passing):  # A.1
    for ip in EVERYBODY:
        found = await ask({COM: record}, ip)
        assert found.result is (SpfResult.PASS if ip in passing else SpfResult.FAIL), ip


async def test_several_domains():  # A.2
    records = {
        COM: "v=spf1 ip4:192.0.2.0/28 -all",
        "example.net": "v=spf1 ip4:192.0.2.64/28 -all",
        "example.org": "v=spf1 include:example.com include:example.net -all",
        "la.example.org": "v=spf1 redirect=example.org",
    }
    for ip, result in {"192.0.2.10": "pass", "192.0.2.65": "pass", "192.0.2.130": "fail"}.items():
        for sender in ("joe@example.org", "joe@la.example.org"):
            assert (await ask(records, ip, sender)).result == result


async def test_like_a_blocklist():  # A.3
    zones: Zones = {
        **ZONES,
        COM: {**_records(COM), "TXT": ["v=spf1 mx include:mobile-users._spf.%{d} include:remote-users._spf.%{d} -all"]},
        "mobile-users._spf.example.com": {"TXT": ["v=spf1 exists:%{l1r+}.%{d}"]},
        "remote-users._spf.example.com": {"TXT": ["v=spf1 exists:%{ir}.%{l1r+}.%{d}"]},
        "mary.mobile-users._spf.example.com": {"A": ["127.0.0.2"]},
        "15.15.168.192.joel.remote-users._spf.example.com": {"A": ["127.0.0.2"]},
    }
    for sender, ip, result in [
        ("mary@example.com", "203.0.113.9", "pass"),
        ("mary+news@example.com", "203.0.113.9", "pass"),
        ("joel@example.com", "192.168.15.15", "pass"),
        ("joel@example.com", "192.168.15.16", "fail"),
    ]:
        found = await check_host(MemoryResolver(zones), Client(ip, sender, "x.example"))
        assert found.result == result, sender


async def test_several_demands_at_once():  # A.4
    records = {
        COM: "v=spf1 -include:ip4._spf.%{d} -include:ptr._spf.%{d} +all",
        "ip4._spf.example.com": "v=spf1 -ip4:192.0.2.0/24 +all",
        "ptr._spf.example.com": "v=spf1 -ptr:example.com +all",
    }
    for ip, result in {"192.0.2.65": "pass", "192.0.2.140": "fail", "203.0.113.1": "fail"}.items():
        assert (await ask(records, ip)).result == result


VALUES = {
    "s": "strong-bad@email.example.com",
    "l": "strong-bad",
    "o": "email.example.com",
    "d": "email.example.com",
    "h": "mx.example.org",
    "i": "192.0.2.3",
    "v": "in-addr",
    "c": "192.0.2.3",
    "t": "1",
    "r": "mx.example.net",
}


@pytest.mark.parametrize(
    ("macro", "value"),
    [
        ("%{s}", "strong-bad@email.example.com"),
        ("%{o}", "email.example.com"),
        ("%{d}", "email.example.com"),
        ("%{d4}", "email.example.com"),
        ("%{d3}", "email.example.com"),
        ("%{d2}", "example.com"),
        ("%{d1}", "com"),
        ("%{dr}", "com.example.email"),
        ("%{d2r}", "example.email"),
        ("%{l}", "strong-bad"),
        ("%{l-}", "strong.bad"),
        ("%{lr}", "strong-bad"),
        ("%{lr-}", "bad.strong"),
        ("%{l1r-}", "strong"),
        ("%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com"),
        ("%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com"),
        ("%{lr-}.lp.%{ir}.%{v}._spf.%{d2}", "bad.strong.lp.3.2.0.192.in-addr._spf.example.com"),
        ("%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}", "3.2.0.192.in-addr.strong.lp._spf.example.com"),
        ("%{d2}.trusted-domains.example.net", "example.com.trusted-domains.example.net"),
        ("%{S}", "strong-bad%40email.example.com"),
        ("%%a%_b%-c", "%a b%20c"),
    ],
)
def test_macros(macro, value):  # 7.4
    assert expand(macro_string(macro), VALUES) == value


async def test_macros_of_an_ipv6_client():  # 7.4
    name = "1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6._spf.example.com"
    zones: Zones = {
        "email.example.com": {"TXT": ["v=spf1 exists:%{ir}.%{v}._spf.%{d2} -all"]},
        name: {"A": ["127.0.0.2"]},
    }
    client = Client("2001:db8::cb01", "strong-bad@email.example.com", "mx.example.org")
    assert (await check_host(MemoryResolver(zones), client)).result is SpfResult.PASS


async def test_a_client_with_a_name():  # 7.3, the macro p
    records = {COM: "v=spf1 exists:%{p}.is.example.net -all", "amy.example.com.is.example.net": "x"}
    assert (await ask(records, "192.0.2.65")).result is SpfResult.FAIL
    zones: Zones = {**ZONES, COM: {"TXT": [records[COM]]}, "amy.example.com.is.example.net": {"A": ["127.0.0.2"]}}
    client = Client("192.0.2.65", "a@example.com", "x.example")
    assert (await check_host(MemoryResolver(zones), client)).result is SpfResult.PASS


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Mail from example.com should only be sent by its own servers.", None),
        (
            "%{i} is not one of %{d}'s designated mail servers.",
            "192.0.2.140 is not one of example.com's designated mail servers.",
        ),
        (
            "See http://%{d}/why.html?s=%{S}&i=%{I}",
            "See http://example.com/why.html?s=joe%40example.com&i=192.0.2.140",
        ),
    ],
)
async def test_explanations(text, said):  # 6.2
    found = await ask({COM: "v=spf1 mx -all exp=explain._spf.%{d}", "explain._spf.example.com": text}, "192.0.2.140")
    assert (found.result, found.explanation) == (SpfResult.FAIL, said or text)


def test_a_name_that_is_too_long_loses_its_left_labels():  # 7.3
    long = domain_spec("%{o}." * 20 + "example.net")
    name = expand_name(long, VALUES)
    assert len(name) <= 253
    assert name.endswith("email.example.com.example.net")
