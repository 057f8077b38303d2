"""MTA-STS (RFC 8461): our mail servers speak TLS, says the domain. It protects what comes in: no points for sending."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from mailwarden.deliverability.dns.answers import Answer, Resolver
from mailwarden.deliverability.records.looking import cannot_tell, texts
from mailwarden.deliverability.records.tags import read_tags
from mailwarden.deliverability.records.verdict import Check, Finding, Publish, Result, Severity, Verdict

LONGEST_AGE = 31_557_600  # seconds, RFC 8461 3.2
SHORT_AGE = 86_400
MOST_BYTES = 64 * 1024
RECORD = "v=STSv1; id=1"
MODES = ("enforce", "testing", "none")
_VERSION = re.compile(r"v=STSv1[ \t]*(;|$)")
_ID = re.compile(r"[A-Za-z0-9]{1,32}")


class Trouble(StrEnum):
    """Why a policy did not come."""

    CERTIFICATE = "certificate"
    NO_HOST = "no_host"
    TOO_LARGE = "too_large"
    NO_ANSWER = "no_answer"  # says nothing about the policy


@dataclass(frozen=True, slots=True)
class Fetched:
    """``status`` 0 where there was no answer; then ``trouble`` says why."""

    status: int
    content_type: str = ""
    body: bytes = b""
    trouble: Trouble | None = None


Fetch = Callable[[str], Awaitable[Fetched]]


@dataclass(frozen=True, slots=True)
class StsPolicy:
    mode: str
    max_age: int
    mx: tuple[str, ...]
    problems: tuple[str, ...]


def policy_url(domain: str) -> str:
    return f"https://mta-sts.{domain}/.well-known/mta-sts.txt"


async def check_mta_sts(
    resolver: Resolver, answer: Answer, domain: str, exchanges: Answer, fetch: Fetch | None
) -> Result:
    """``answer`` of _mta-sts.<domain>; without ``fetch`` only the record is looked at."""
    if answer.unknown:
        return cannot_tell(Check.MTA_STS, answer)
    found = [text for text in texts(answer) if _VERSION.match(text)]
    if not found:
        return _absent(answer, domain, exchanges)
    wrong = _of_record(found)
    publish = [Publish(answer.name, "TXT", RECORD, instead=True)] if wrong else []
    if fetch is None:
        return _judged(answer, wrong, publish, None, "The record is there; the policy was not asked for")
    fetched = await _fetched(resolver, domain, fetch)
    if fetched.trouble is Trouble.NO_ANSWER or fetched.status >= 500:
        text = f"{policy_url(domain)} gave no answer. This says nothing about the policy; we ask again."
        return Result(Check.MTA_STS, answer.name, Verdict.UNKNOWN, text, records=texts(answer), aliases=answer.aliases)
    policy = None if (trouble := _of_fetch(fetched, domain)) else read_policy(fetched.body)
    of_policy = trouble or _of_policy(policy, exchanges)
    if any(one.severity is Severity.MEDIUM for one in of_policy):
        publish.append(Publish(policy_url(domain), "file", _template(exchanges), instead=True))
    return _judged(answer, wrong + of_policy, publish, policy, f"Mode {policy.mode}" if policy else "No policy")


async def _fetched(resolver: Resolver, domain: str, fetch: Fetch) -> Fetched:
    host = f"mta-sts.{domain}"
    a, aaaa = await asyncio.gather(resolver.ask(host, "A"), resolver.ask(host, "AAAA"))
    if a.absent and aaaa.absent:
        return Fetched(0, trouble=Trouble.NO_HOST)
    return await fetch(policy_url(domain))


def _template(exchanges: Answer) -> str:
    hosts = [f"mx: {one.host}" for one in exchanges.exchanges if one.host] or ["mx: <your mail server>"]
    return "\n".join(["version: STSv1", "mode: testing", *hosts, "max_age: 604800"])


def _absent(answer: Answer, domain: str, exchanges: Answer) -> Result:
    """The policy first: a record without one sends senders to an address where nothing is (RFC 8461 section 3.3)."""
    text = "No MTA-STS record. It protects the mail you receive and costs no points."
    policy, record = Publish(policy_url(domain), "file", _template(exchanges)), Publish(answer.name, "TXT", RECORD)
    publish = (policy, record) if any(one.host for one in exchanges.exchanges) else ()
    return Result(Check.MTA_STS, answer.name, Verdict.ABSENT, text, aliases=answer.aliases, publish=publish)


def _of_record(found: Sequence[str]) -> list[Finding]:
    if len(found) > 1:
        return [_wrong("mta_sts.multiple", f"{len(found)} records: senders ignore all of them. Leave exactly one.")]
    mark = read_tags(found[0]).get("id")
    if mark is None or not _ID.fullmatch(mark):
        return [_wrong("mta_sts.id", "id= must be 1 to 32 letters and digits, changed with each edit of the policy.")]
    return []


def _of_fetch(fetched: Fetched, domain: str) -> list[Finding]:
    url = policy_url(domain)
    words = {
        Trouble.CERTIFICATE: f"The certificate of mta-sts.{domain} is not valid for it, so the policy does not count.",
        Trouble.NO_HOST: f"mta-sts.{domain} does not exist: there is a record, but no policy.",
        Trouble.TOO_LARGE: "The policy is larger than 64 KiB.",
    }
    if fetched.trouble is not None:
        return [_wrong("mta_sts.policy", words[fetched.trouble])]
    if 300 <= fetched.status < 400:
        return [_wrong("mta_sts.redirect", f"{url} redirects; senders do not follow.")]
    if fetched.status != 200:
        return [_wrong("mta_sts.policy", f"{url} answers {fetched.status}, it must be 200.")]
    if not fetched.content_type.lower().startswith("text/plain"):
        return [_wrong("mta_sts.type", f"The policy is sent as {fetched.content_type[:40]}; it must be text/plain.")]
    return []


def read_policy(body: bytes) -> StsPolicy:
    """Unknown keys are ignored."""
    found: dict[str, list[str]] = {}
    for line in body.decode("utf-8", "replace").splitlines():
        key, colon, value = line.partition(":")
        if colon:
            found.setdefault(key.strip(), []).append(value.strip())
    once = {key: found.get(key, [""])[0] for key in ("version", "mode", "max_age")}
    age = once["max_age"]
    seconds = int(age) if age.isascii() and age.isdigit() and len(age) <= 10 else -1
    return StsPolicy(once["mode"], seconds, tuple(found.get("mx", ())), tuple(_problems(found, once, seconds)))


def _problems(found: dict[str, list[str]], once: dict[str, str], seconds: int) -> Iterator[str]:
    right = {
        "version": (once["version"] == "STSv1", "version must be STSv1"),
        "mode": (once["mode"] in MODES, f"mode {once['mode'][:20]} is none of enforce, testing, none"),
        "max_age": (0 <= seconds <= LONGEST_AGE, f"max_age must be a number of seconds up to {LONGEST_AGE}"),
    }
    for key, (is_right, problem) in right.items():
        if len(found.get(key, ())) != 1:
            yield f"{key} must stand there exactly once"
        elif not is_right:
            yield problem
    if once["mode"] in ("enforce", "testing") and not found.get("mx"):
        yield "at least one mx must be named"


def matches(host: str, pattern: str) -> bool:
    """A wildcard stands for exactly the leftmost label (RFC 8461 4.1)."""
    host, pattern = host.lower(), pattern.lower().removesuffix(".")
    if pattern.startswith("*."):
        return host.partition(".")[2] == pattern[2:]
    return host == pattern


def _of_policy(policy: StsPolicy | None, exchanges: Answer) -> list[Finding]:
    if policy is None:
        return []
    found = [_wrong("mta_sts.syntax", f"The policy is not valid: {one}.") for one in policy.problems]
    missing = [one.host for one in exchanges.exchanges if one.host and not any(matches(one.host, p) for p in policy.mx)]
    if missing and policy.mode != "none":
        effect = "mail to it is refused" if policy.mode == "enforce" else "under enforce mail to it would be refused"
        found.append(_wrong("mta_sts.mx", f"{missing[0]} is a mail server of yours, but not in the policy: {effect}."))
    if policy.mode == "testing":
        text = "mode: testing only reports. Go on to enforce when no reports of failures come."
        found.append(Finding("mta_sts.testing", Severity.INFO, text))
    if 0 <= policy.max_age < SHORT_AGE and policy.mode != "none":
        text = "max_age is below a day: senders forget the policy too soon."
        found.append(Finding("mta_sts.age", Severity.INFO, text))
    return found


def _wrong(code: str, text: str) -> Finding:
    return Finding(code, Severity.MEDIUM, text)


def _judged(
    answer: Answer, findings: list[Finding], publish: list[Publish], policy: StsPolicy | None, summary: str
) -> Result:
    bad = [one for one in findings if one.severity is Severity.MEDIUM]
    facts = {"mode": policy.mode, "max_age": policy.max_age, "mx": list(policy.mx)} if policy else {}
    verdict, said = (Verdict.FAULT, bad[0].text) if bad else (Verdict.VALID, summary)
    return Result(
        Check.MTA_STS,
        answer.name,
        verdict,
        said,
        findings=tuple(findings),
        records=texts(answer),
        aliases=answer.aliases,
        publish=tuple(publish),
        facts=facts,
    )
