"""The health of a record: what is said of it, how sure, and what to publish."""

import dns.flags
import dns.message
import dns.rcode
import pytest

from mailwarden.deliverability.dns.answers import Answer, Reason, State
from mailwarden.deliverability.dns.asking import Asking
from mailwarden.deliverability.dns.memory import MemoryResolver, Zones
from mailwarden.deliverability.dns.resolver import AioDnsResolver, Options
from mailwarden.deliverability.records.verdict import Result, Verdict
from mailwarden.deliverability.spf.check import check_spf
from tests.support.dns_server import Behaviour, name_server

D = "d.example"
AROUND: Zones = {
    "esp.example": {"TXT": ["v=spf1 ip4:192.0.2.0/24 include:more.esp.example ~all"]},
    "more.esp.example": {"TXT": ["v=spf1 ip4:198.51.100.0/24 ~all"]},
    "broken.example": {"TXT": ["v=spf1 ip4:1.2.3 ~all"]},
    "two.example": {"TXT": ["v=spf1 -all", "v=spf1 ~all"]},
    "open.example": {"TXT": ["v=spf1 +all"]},
    "other.example": {"TXT": ["unrelated"]},
    "slow.example": Reason.TIMEOUT,
    "web.example": {"A": ["203.0.113.1"]},
    "six.example": {"AAAA": ["2001:db8::1"]},
    "loop.example": {"TXT": ["v=spf1 include:loop2.example ~all"]},
    "loop2.example": {"TXT": ["v=spf1 include:loop.example ~all"]},
    "heavy.example": {"TXT": ["v=spf1 a:web.example a:web.example a:web.example a:web.example a:web.example ~all"]},
}


async def check(*texts: str | bytes, more: Zones | None = None, **options: object) -> Result:
    zones: Zones = {**AROUND, D: {"TXT": list(texts), "MX": [(10, "web.example")]}, **(more or {})}
    return await check_spf(Asking(MemoryResolver(zones)), D, **options)  # type: ignore[arg-type]


def codes(result: Result) -> list[str]:
    return [one.code for one in result.findings]


def proposed(result: Result) -> str | None:
    return result.publish[0].value if result.publish else None


async def test_a_valid_record_and_its_tree():
    result = await check("v=spf1 mx include:esp.example -all", "something else", senders=["198.51.100.7"])
    assert (result.verdict, result.findings, result.publish) == (Verdict.VALID, (), ())
    assert result.records == ("v=spf1 mx include:esp.example -all",)
    facts = result.facts
    assert (facts["level"], facts["lookups"], facts["ending"]) == ("covers", 3, "-")
    (esp,) = facts["tree"]["includes"]
    assert (esp["via"], esp["own"], esp["cost"]) == ("include:esp.example", 1, 1)
    assert facts["senders"][0] | {"lookups": 3} == {
        "ip": "198.51.100.7",
        "result": "pass",
        "domain": D,
        "term": "include:esp.example",
        "why": None,
        "lookups": 3,
    }


@pytest.mark.parametrize(
    ("text", "code", "value"),
    [
        ("v=spf1 ipv4:192.0.2.1 -all", "spf.syntax", "v=spf1 ip4:192.0.2.1 -all"),
        ("v=spf1 192.0.2.1/28 -all", "spf.syntax", "v=spf1 ip4:192.0.2.1/28 -all"),
        ("v=spf1 a:192.0.2.1 -all", "spf.syntax", "v=spf1 ip4:192.0.2.1 -all"),
        ("v=spf1 ip4:2001:db8::/32 -all", "spf.syntax", "v=spf1 ip6:2001:db8::/32 -all"),
        ("v=spf1 include: esp.example ~all", "spf.syntax", "v=spf1 include:esp.example ~all"),
        ("v=spf1 include:esp.example, ~all", "spf.syntax", "v=spf1 include:esp.example ~all"),
        ("v=spf1\tinclude:esp.example ~all", "spf.not_recognized", "v=spf1 include:esp.example ~all"),
        ("v=spf1 mx\tinclude:esp.example ~all", "spf.syntax", "v=spf1 mx include:esp.example ~all"),
        ("v=spf1 mx redirect:esp.example", "spf.syntax", "v=spf1 mx redirect=esp.example"),
        ("v=spf1 redirect=esp.example redirect=web.example", "spf.syntax", "v=spf1 redirect=esp.example"),
        ("v=spf1 mx -all.", "spf.syntax", "v=spf1 mx -all"),
        ("v=spf1 mx –all".encode(), "spf.syntax", "v=spf1 mx -all"),
        ('"v=spf1 mx -all"', "spf.not_recognized", "v=spf1 mx -all"),
        ("v=spf1;mx;-all", "spf.not_recognized", None),
        ("spf1 mx -all", "spf.not_recognized", "v=spf1 mx -all"),
        ("v=spf1 include=esp.example ~all", "spf.ignored_term", "v=spf1 include:esp.example ~all"),
        ("v=spf1 mx +all", "spf.plus_all", "v=spf1 mx ~all"),
        ("v=spf1 mx ip4:0.0.0.0/1 ip4:128.0.0.0/1 -all", "spf.plus_all", "v=spf1 mx -all"),
        ("v=spf1 mx include:nowhere.example ~all", "spf.include_broken", "v=spf1 mx ~all"),
        ("v=spf1 mx include:nowhere.example -all", "spf.include_broken", "v=spf1 mx ~all"),
        ("v=spf1 mx include:other.example ~all", "spf.include_broken", "v=spf1 mx ~all"),
        ("v=spf1 mx redirect=nowhere.example", "spf.include_broken", "v=spf1 mx ~all"),
        ("v=spf1 mx include:broken.example ~all", "spf.include_broken", "v=spf1 mx ~all"),
        ("v=spf1 mx include:two.example ~all", "spf.include_broken", "v=spf1 mx ~all"),
        ("v=spf1 mx include:d.example ~all", "spf.include_broken", "v=spf1 mx ~all"),
        ("v=spf1 a:x1.example a:x2.example a:x3.example mx -all", "spf.void_over", "v=spf1 mx -all"),
        ("v=spf1 mx ip4:10.0.0.0/7 -all", "spf.too_wide", None),
        ("v=spf1 include:open.example -all", "spf.plus_all", None),
    ],
)
async def test_faults(text, code, value):
    result = await check(text)
    assert result.verdict is Verdict.FAULT
    assert code in codes(result)
    if value is not None:
        assert proposed(result) == value
        assert result.publish[0].instead


@pytest.mark.parametrize(
    ("text", "code", "value"),
    [
        ("v=spf1 mx", "spf.no_all", "v=spf1 mx ~all"),
        ("v=spf1 mx ?all", "spf.neutral", "v=spf1 mx ~all"),
        ("v=spf1 mx -all a", "spf.dead_terms", "v=spf1 mx -all"),
        ("v=spf1 mx -all redirect=esp.example", "spf.redirect_and_all", "v=spf1 mx -all"),
        ("v=spf1 mx mx -all", "spf.dup_terms", "v=spf1 mx -all"),
        ("v=spf1 mx ptr -all", "spf.ptr", None),
        ("v=spf1 mx a:x1.example -all", "spf.void", "v=spf1 mx -all"),
    ],
)
async def test_advice_leaves_a_record_valid(text, code, value):
    result = await check(text)
    assert (result.verdict, codes(result)) == (Verdict.VALID, [code])
    assert proposed(result) == value


async def test_a_name_with_ipv6_alone_is_not_dead():
    assert (await check("v=spf1 a:six.example -all")).findings == ()


async def test_the_place_of_an_error():
    result = await check("v=spf1 mx ip4:192.0.2.300 -all")
    assert result.findings[0].text.startswith("Position 15, term “ip4:192.0.2.300”: ")
    assert result.facts["problems"] == [
        {"position": 14, "term": "ip4:192.0.2.300", "why": "'192.0.2.300' is not an IPv4 address"}
    ]
    assert "spf.left_out" in codes(result)
    assert proposed(result) == "v=spf1 mx ~all"  # nobody is refused on behalf of a term that was lost


async def test_two_records_become_one():
    result = await check("v=spf1 mx -all", "v=spf1 include:esp.example ~all")
    assert (result.verdict, codes(result)) == (Verdict.FAULT, ["spf.multiple"])
    assert proposed(result) == "v=spf1 mx include:esp.example ~all"


async def test_too_many_lookups():
    text = "v=spf1 ip4:192.0.2.1 include:heavy.example include:heavy.example -all"
    result = await check(text)
    assert (result.verdict, result.facts["lookups"], result.facts["level"]) == (Verdict.FAULT, 12, "permerror")
    assert "include:heavy.example (6)" in result.findings[0].text
    at_risk = await check(text, senders=["192.0.2.1"])
    assert (at_risk.verdict, at_risk.facts["level"]) == (Verdict.VALID, "covers")
    assert "spf.lookups_at_risk" in codes(at_risk)


async def test_more_than_ten_exchanges():
    many: Zones = {"many.example": {"MX": [(at, f"m{at}.example") for at in range(11)]}}
    assert "spf.mx_over" in codes(await check("v=spf1 mx:many.example -all", more=many))


async def test_a_sender_that_is_not_covered_is_added():
    result = await check("v=spf1 include:esp.example -all", senders=["192.0.2.9", "203.0.113.9", "2001:db8::9"])
    assert (result.verdict, result.facts["level"]) == (Verdict.FAULT, "not_covering")
    assert codes(result) == ["spf.sender_missing", "spf.sender_missing"]
    assert proposed(result) == "v=spf1 include:esp.example ip4:203.0.113.9 ip6:2001:db8::9 -all"


async def test_none_at_all():
    result = await check("unrelated", senders=["192.0.2.9"], includes=["esp.example"])
    assert (result.verdict, result.facts["level"]) == (Verdict.ABSENT, "none")
    assert proposed(result) == "v=spf1 include:esp.example ip4:192.0.2.9 ~all"
    assert not result.publish[0].instead
    assert proposed(await check("unrelated")) == "v=spf1 mx ~all"
    assert proposed(await check("unrelated", more={D: {"A": ["192.0.2.1"]}})) == "v=spf1 -all"
    nobody = await check_spf(MemoryResolver(), "gone.example")
    assert (nobody.verdict, proposed(nobody)) == (Verdict.ABSENT, "v=spf1 -all")


@pytest.mark.parametrize("reason", [one for one in Reason if one is not Reason.BAD_NAME])
async def test_trouble_is_never_missing_and_never_a_fault(reason):
    for more in (
        {D: reason},
        {D: {"TXT": reason, "MX": [(1, "web.example")]}},
        {"esp.example": reason},
        {"more.esp.example": reason},
    ):
        result = await check("v=spf1 include:esp.example -all", more=more, senders=["203.0.113.5"])
        assert result.verdict is Verdict.UNKNOWN, more
        assert result.facts.get("level") is None


async def test_what_is_known_to_be_wrong_stays_wrong_beside_what_is_not_known():
    result = await check("v=spf1 include:slow.example include:nowhere.example -all")
    assert result.verdict is Verdict.FAULT


async def test_a_resolver_that_rewrites_is_not_believed():
    """It says that the name does not exist when asked for TXT, and gives an address of its own when asked for one."""

    class Rewriting(MemoryResolver):
        async def ask(self, name: str, type: str) -> Answer:
            found = await super().ask(name, type)
            if found.state is State.NXDOMAIN and type == "A":
                return Answer(name, type, State.FOUND, ("198.51.100.254",))
            return found

    result = await check_spf(Rewriting(), "gone.example")
    assert (result.verdict, result.publish) == (Verdict.UNKNOWN, ())


async def test_what_is_no_name_cannot_be_told():
    for name in ("localhost", "a..b", "x" * 64 + ".example", "[192.0.2.1]"):
        assert (await check_spf(MemoryResolver(), name)).verdict is Verdict.UNKNOWN


async def test_a_tree_without_end_is_cut():
    class Endless(MemoryResolver):
        async def ask(self, name: str, type: str):
            self.put({name: {"TXT": [f"v=spf1 include:a.{name} include:b.{name} ~all"]}})
            return await super().ask(name, type)

    resolver = Endless()
    result = await check_spf(resolver, D)
    assert (result.verdict, result.facts["level"]) == (Verdict.FAULT, "permerror")
    assert len(resolver.asked) < 100


def always(code: dns.rcode.Rcode) -> Behaviour:
    def behave(question: dns.message.Message, _: dns.message.Message) -> dns.message.Message:
        reply = dns.message.make_response(question)
        reply.set_rcode(code)
        return reply

    return behave


def cut_short(question: dns.message.Message, _: dns.message.Message) -> dns.message.Message:
    reply = dns.message.make_response(question)
    reply.flags |= dns.flags.TC
    return reply


def for_one_name(name: str, behave: Behaviour) -> Behaviour:
    def chosen(question: dns.message.Message, honest: dns.message.Message) -> dns.message.Message | None:
        asked = question.question[0].name.to_text(omit_final_dot=True)
        return behave(question, honest) if asked.lower() == name else honest

    return chosen


def silent(_: dns.message.Message, __: dns.message.Message) -> None:
    return None


HOSTILE: dict[str, Behaviour] = {
    "silence": silent,
    "servfail": always(dns.rcode.SERVFAIL),
    "refused": always(dns.rcode.REFUSED),
    "truncated": cut_short,
}


@pytest.mark.parametrize("trouble", HOSTILE)
@pytest.mark.parametrize("name", [D, "esp.example", "mx.example"])
async def test_over_the_wire_trouble_is_never_missing_and_never_a_fault(trouble, name):
    zones = {
        D: {"TXT": ['"v=spf1 mx:mx.example include:esp.example -all"']},
        "esp.example": {"TXT": ['"v=spf1 ip4:192.0.2.0/24 ~all"']},
        "mx.example": {"MX": ["10 mx.example."], "A": ["203.0.113.1"]},
    }
    async with name_server(zones, for_one_name(name, HOSTILE[trouble])) as server:
        resolver = AioDnsResolver(Options((server.address,), timeout_s=0.3))
        result = await check_spf(Asking(resolver), D)
        expected = Verdict.VALID if name == "mx.example" else Verdict.UNKNOWN  # a dead name would be worth a word only
        assert (result.verdict, result.findings, result.publish) == (expected, (), ())
        await resolver.close()


async def test_a_record_of_nonsense_is_answered_briefly():
    heaps = [
        "v=spf1 " + " ".join(f"a:x{at}.example" for at in range(4000)),
        "v=spf1 " + "nonsense " * 7000,
        "v=spf1 " + "x" * 60_000,
        "v=spf1 include=" + "x." * 30_000 + "example",
        "v=spf1 " + "mx " * 20_000,
    ]
    for text in heaps:
        resolver = MemoryResolver({D: {"TXT": [text]}})
        result = await check_spf(Asking(resolver), D)
        assert result.verdict is Verdict.FAULT
        assert len(resolver.asked) < 200
        assert len(str((result.findings, result.facts, result.records, result.summary))) < 60_000


async def test_an_internationalized_domain():
    zones: Zones = {
        "xn--bcher-kva.example": {"TXT": ["v=spf1 -all"]},
        "xn--mllr-loa4i.example": {"MX": [(1, "m.example")]},
    }
    assert (await check_spf(MemoryResolver(zones), "bücher.example")).verdict is Verdict.VALID
    missing = await check_spf(MemoryResolver(zones), "mällör.example")
    assert (missing.verdict, missing.name) == (Verdict.ABSENT, "xn--mllr-loa4i.example")
    assert proposed(missing) == "v=spf1 mx ~all"
