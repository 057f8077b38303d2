from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints

from mailwarden.core.api import Wire
from mailwarden.core.ids import DomainCheckId, DomainId
from mailwarden.deliverability.dmarc_reports.schemas import DmarcSummaryOut, SuggestedIpOut
from mailwarden.deliverability.dns.addresses import public_address

VerdictName = Literal["valid", "fault", "absent", "unknown"]
CheckName = Literal["spf", "dkim", "dmarc", "mx", "fcrdns", "mta_sts", "tls_rpt", "bimi"]
SeverityName = Literal["critical", "high", "medium", "low", "info"]
MOST_SELECTORS, MOST_ADDRESSES = 20, 50
LABEL = r"[A-Za-z0-9]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?"


def _lower(text: str) -> str:
    return text.lower()


def _address(text: str) -> str:
    """The one way to write it. Nobody receives mail from a private one, and its checks could only mislead."""
    return str(public_address(text))


Selector = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=120, pattern=rf"^{LABEL}(\.{LABEL})*$"),
    AfterValidator(_lower),
    Field(description="The s= of a DKIM-Signature.", examples=["selector1"]),
]
Address = Annotated[str, Field(max_length=60, examples=["198.51.100.7"]), AfterValidator(_address)]


class SendingIp(Wire):
    """``shared``: the provider's other customers send from it, too, so its reverse DNS is not theirs to set."""

    address: Address
    shared: bool = False


class DomainCreate(Wire):
    name: str = Field(
        min_length=1, max_length=320, description="A domain, or an address of it.", examples=["news.example.com"]
    )
    selectors: list[Selector] = Field([], max_length=MOST_SELECTORS)
    sending_ips: list[SendingIp] = Field([], max_length=MOST_ADDRESSES)


class DomainUpdate(Wire):
    selectors: list[Selector] | None = Field(None, max_length=MOST_SELECTORS)
    drop_selectors: list[Selector] = Field(
        [], max_length=MOST_SELECTORS, description="That DMARC reports named; they are not brought back."
    )
    sending_ips: list[SendingIp] | None = Field(None, max_length=MOST_ADDRESSES)


class SelectorOut(Wire):
    selector: str
    source: str = Field(description="`entered` by somebody, `found` under a usual name, or named by a DMARC `report`.")


class RecordStandingOut(Wire):
    check: CheckName
    part: str = Field(description="The selector or address; empty for the domain as a whole.")
    name: str
    verdict: VerdictName = Field(description="Of the latest look.")
    standing: Literal["valid", "fault", "absent"] | None = Field(
        description="The last definite verdict, for 48 hours; null: not assessed."
    )
    since: datetime | None = Field(description="It has been so.")
    definite_at: datetime | None
    seen_at: datetime
    summary: str


class DomainOut(Wire):
    id: DomainId
    name: str
    display_name: str
    registered: str
    source: Literal["entered", "connection"]
    selectors: list[SelectorOut]
    sending_ips: list[SendingIp]
    version: int = Field(description='Of selectors and addresses; the ETag to change them with is `"v1"` for 1.')
    created_at: datetime
    checked_at: datetime | None
    next_check_at: datetime | None
    watched_until: datetime | None = Field(description="Looked at more often until then, since something is changing.")
    standings: list[RecordStandingOut]


class DomainsOut(Wire):
    data: list[DomainOut]


class FindingOut(Wire):
    code: str
    severity: SeverityName
    text: str


class PublishOut(Wire):
    """``instead``: in the place of what is there now. ``type`` `file`: the content of the address ``name``."""

    name: str
    type: str
    value: str
    instead: bool = False


class ResultOut(Wire):
    check: CheckName
    part: str
    name: str
    verdict: VerdictName
    summary: str
    findings: list[FindingOut]
    records: list[str]
    aliases: list[str]
    publish: list[PublishOut]
    facts: dict[str, Any]


class AnswerOut(Wire):
    name: str
    type: str
    outcome: Literal["found", "nodata", "nxdomain", "unknown"] = Field(
        description="`nodata`: the name exists, without such a record; `nxdomain`: no such name."
    )
    reason: str | None
    ttl: int | None = Field(description="Seconds.")
    aliases: list[str]
    raw: list[str]


class LookOut(Wire):
    """One look at all records. ``answers``: what the DNS said, question by question."""

    id: DomainCheckId
    at: datetime
    trigger: Literal["added", "schedule", "verify", "settings"]
    resolver: str
    took_ms: int
    results: list[ResultOut]
    answers: list[AnswerOut]


class LookRow(Wire):
    id: DomainCheckId
    at: datetime
    trigger: Literal["added", "schedule", "verify", "settings"]
    took_ms: int
    verdicts: dict[str, VerdictName] = Field(description="By check; with `:` and the selector or address, of a part.")


class HintOut(Wire):
    provider: str
    name: str
    text: str
    where: str
    url: str
    publish: list[PublishOut]


class DomainDetailOut(DomainOut):
    latest: LookOut | None
    hints: list[HintOut]
    dmarc_reports: DmarcSummaryOut
    suggested_ips: list[SuggestedIpOut]
    note: str


class SuggestionOut(Wire):
    domain: str
    provider: str
    account_label: str


class SuggestionsOut(Wire):
    data: list[SuggestionOut]
