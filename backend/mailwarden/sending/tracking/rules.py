"""Who opened or clicked: a person, a machine, or one cannot tell. Pure.

What a single request shows is judged when it comes and kept; what only other rows show (when the mail left, what else
was clicked) is judged when it is read, since those rows may come later. Nothing is called human for want of a reason.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID


class By(StrEnum):
    HUMAN = "human"
    MACHINE = "machine"
    UNKNOWN = "unknown"


class Reason(StrEnum):
    HEAD = "head_request"
    PREFETCH = "prefetch"
    NO_AGENT = "no_user_agent"
    PROGRAM = "program_or_scanner"
    APPLE = "apple_privacy_proxy"
    PROXY = "image_proxy"
    UNFAMILIAR = "unfamiliar_user_agent"
    TOO_SOON = "seconds_after_sending"
    PROXY_TOO_SOON = "image_proxy_after_delivery"
    NOT_SENT = "before_it_was_sent"
    BURST = "several_links_at_once"


TOO_SOON = timedelta(seconds=5)  # nobody has read it by then; scanners in the way of delivery have
PROXY_TOO_SOON = timedelta(seconds=60)  # proxies also fetch ahead of whoever has the mailbox open
BURST = timedelta(seconds=2)
PROGRAMS = (
    *("barracuda", "mimecast", "proofpoint", "trendmicro", "trend micro", "forcepoint", "ironport", "symantec"),
    *("messagelabs", "sophos", "bitdefender", "fortiguard", "zscaler", "virustotal", "urlscan", "cloudmark"),
    *("trustwave", "checkpoint", "safelinks", "kaspersky", "mailscanner", "spamassassin", "rspamd"),
    *("bot/", "bot;", "bot)", "bot ", "robot", "crawler", "spider", "slurp", "facebookexternalhit", "whatsapp/"),
    *("uripreview", "linkpreview", "link preview", "headlesschrome", "phantomjs", "puppeteer", "playwright"),
    *("curl/", "wget/", "python-", "python/", "aiohttp", "httpx/", "go-http-client", "java/", "libwww", "scrapy"),
    *("apache-httpclient", "node-fetch", "axios/", "guzzlehttp", "ruby", "perl/", "powershell", "winhttp"),
)
PROXIES = ("googleimageproxy", "yahoomailproxy", "ymailnorrisproxy")
PREFETCH = (("purpose", "prefetch"), ("sec-purpose", "prefetch"), ("x-moz", "prefetch"), ("x-purpose", "preview"))
READERS = ("applewebkit/", "gecko/", "trident/", "msie ", "thunderbird/", "outlook", "ms-office")
PHONE_BRAND = "cubot"  # no robot


@dataclass(frozen=True, slots=True)
class Judgement:
    by: By
    reason: Reason | None = None

    @property
    def machine(self) -> bool | None:
        """As the column has it: nothing, where one cannot tell."""
        return None if self.by is By.UNKNOWN else self.by is By.MACHINE


def judge_request(method: str, headers: Mapping[str, str]) -> Judgement:
    """By itself alone. ``headers`` in lower case."""
    agent = headers.get("user-agent", "").strip().lower()
    if method == "HEAD":
        return Judgement(By.MACHINE, Reason.HEAD)
    if any(word in headers.get(name, "").lower() for name, word in PREFETCH):
        return Judgement(By.MACHINE, Reason.PREFETCH)
    if not agent:
        return Judgement(By.MACHINE, Reason.NO_AGENT)
    if any(word in agent.replace(PHONE_BRAND, "") for word in PROGRAMS):
        return Judgement(By.MACHINE, Reason.PROGRAM)
    return _judge_reader(agent)


def _judge_reader(agent: str) -> Judgement:
    if agent == "mozilla/5.0":  # Apple's Mail Privacy Protection says no more, and fetches unread mail
        return Judgement(By.MACHINE, Reason.APPLE)
    if any(word in agent for word in PROXIES):
        return Judgement(By.UNKNOWN, Reason.PROXY)
    if any(word in agent for word in READERS):
        return Judgement(By.HUMAN)
    return Judgement(By.UNKNOWN, Reason.UNFAMILIAR)


@dataclass(frozen=True, slots=True)
class Seen:
    """One open or click. ``subject``: the recipient, or nobody, where all have the same copy."""

    kind: str
    at: datetime
    judged: Judgement
    subject: UUID | None = None
    link: UUID | None = None


def judge_all(seen: Sequence[Seen], sent_at: datetime | None) -> list[Seen]:
    """The events of one message, judged by everything that is known now. In order of time."""
    ordered = sorted(seen, key=lambda one: one.at)
    bursts = _in_bursts([one for one in ordered if one.kind == "click"])
    return [replace(one, judged=_in_time(one, sent_at, one in bursts)) for one in ordered]


def _in_time(one: Seen, sent_at: datetime | None, in_burst: bool) -> Judgement:
    if one.judged.by is By.MACHINE:
        return one.judged
    if in_burst:
        return Judgement(By.MACHINE, Reason.BURST)
    if sent_at is None or one.at < sent_at:
        return Judgement(By.UNKNOWN, Reason.NOT_SENT)
    if one.at - sent_at < TOO_SOON:
        return Judgement(By.MACHINE, Reason.TOO_SOON)
    if one.judged.reason is Reason.PROXY and one.at - sent_at < PROXY_TOO_SOON:
        return Judgement(By.MACHINE, Reason.PROXY_TOO_SOON)
    return one.judged


def _in_bursts(clicks: Sequence[Seen]) -> set[Seen]:
    """Another link of the same copy within two seconds: people need longer for that. ``clicks`` in order of time."""
    found: set[Seen] = set()
    recent: list[Seen] = []
    for one in clicks:
        recent = [other for other in recent if one.at - other.at <= BURST]
        together = [other for other in recent if (other.subject, other.link) != (one.subject, one.link)]
        together = [other for other in together if other.subject == one.subject]
        if together:
            found.update(together, [one])
        recent.append(one)
    return found


def settled_at(last: datetime) -> datetime:
    """From when on no later click can make a machine's of this one."""
    return last + BURST + timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Tally:
    human: int = 0
    machine: int = 0
    unknown: int = 0
    first_at: datetime | None = None  # after it was sent, and that no machine is known to have made
    last_at: datetime | None = None
    first_human_at: datetime | None = None


def tally(judged: Sequence[Seen]) -> Tally:
    """Of events in order of time."""
    by = [one.judged.by for one in judged]
    told = [one.at for one in judged if one.judged.by is not By.MACHINE and one.judged.reason is not Reason.NOT_SENT]
    human = [one.at for one in judged if one.judged.by is By.HUMAN]
    return Tally(
        by.count(By.HUMAN),
        by.count(By.MACHINE),
        by.count(By.UNKNOWN),
        told[0] if told else None,
        told[-1] if told else None,
        human[0] if human else None,
    )


def unsubscribe_headers(url: str) -> dict[str, str]:
    """RFC 2369 §3.2, RFC 8058 §3.1: the client posts to the address, without asking back or signing in."""
    return {"List-Unsubscribe": f"<{url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
