"""What the score looks like on the wire."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from mailwarden.core.api import Wire
from mailwarden.core.ids import CampaignId
from mailwarden.core.paging import Limit
from mailwarden.deliverability.dmarc_reports.rules import ALIGNED_SHARE, ENOUGH, WINDOW
from mailwarden.deliverability.facts import Dkim, Dmarc, Spf, Tier

Band = Literal["excellent", "good", "fair", "poor", "critical"]
LineName = Literal["complaints", "bounces", "authentication", "blocklists", "engagement", "limit"]
RateName = Literal["complaints", "bounces", "clicks", "opens", "unsubscribes"]
Hundredths = Annotated[int, Field(description="In 1/100 point.")]
Share = Annotated[float, Field(ge=0, le=1)]
Domain = Annotated[str, Field(min_length=1, max_length=253)]


class PartOut(Wire):
    name: str
    label: str
    assessed: bool
    points: Hundredths
    max: Hundredths


class LineOut(Wire):
    """``points`` of all lines add up exactly to the points of the score."""

    name: LineName
    label: str
    explanation: str
    assessed: bool = Field(description="False: nobody can tell. The other lines then weigh more.")
    points: Hundredths
    max: Hundredths
    parts: list[PartOut]


class CapOut(Wire):
    """A fact that holds the score at or below a number."""

    name: str
    at_most: Hundredths
    text: str
    domain: str | None
    binding: bool = Field(description="Whether it is the one that holds the score down.")


class RateOut(Wire):
    """``used`` enters the score; ``observed`` and its 95 % interval weigh recent mail more."""

    name: RateName
    used: float
    observed: float | None
    low: float
    high: float
    events: int = Field(description="In 90 days.")
    messages: int


class AuthenticationChange(Wire):
    """Facts as they would be; what is left out stays as it is."""

    spf: Spf | None = None
    dkim: Dkim | None = None
    dmarc: Dmarc | None = None
    dmarc_testing: bool | None = None
    dmarc_rua: bool | None = None
    dmarc_aligned: bool | None = Field(None, description="Whether your mail passes DMARC for the domain itself.")
    fcrdns: bool | None = None


class Unlisted(Wire):
    list: str = Field(max_length=200)
    asset: str = Field(max_length=253)


class Change(Wire):
    """``rates``: shares from 0 to 1. ``unlisted``: entries of blocklists that would be gone."""

    rates: dict[RateName, Share] = Field(default_factory=dict)
    authentication: AuthenticationChange = AuthenticationChange()
    bulk: bool | None = None
    unlisted: list[Unlisted] = Field(default_factory=list, max_length=200)
    all_unlisted: bool = False


class CampaignShare(Wire):
    id: CampaignId
    name: str
    sent_at: datetime
    events: int
    messages: int


class RecommendationOut(Wire):
    """``gain``: what the score would win at once; ``change`` is what a what-if takes to show it."""

    code: str
    line: LineName
    severity: Literal["critical", "high", "medium", "low", "info"]
    domain: str | None = Field(description="Null: concerns all mail alike.")
    title: str
    text: str
    gain: Hundredths
    score_after: int | None
    change: Change
    campaign: CampaignShare | None = Field(description="The campaign that contributes most.")


class Standing(Wire):
    """A score, its word, and how sure it is. ``score`` null: nothing is known."""

    score: int | None
    band: Band | None
    label: str
    advice: str
    points: Hundredths
    provisional: bool
    note: str | None
    confidence: Literal["low", "medium", "high"]


class DomainScore(Wire):
    domain: str
    score: int | None
    band: Band | None
    points: Hundredths
    provisional: bool
    share: float = Field(description="Of the account's mail, recent mail weighing more.")


class AuthenticationOut(Wire):
    """Null: nobody could tell for 48 hours, so it is not assessed."""

    spf: Spf | None
    dkim: Dkim | None
    dmarc: Dmarc | None
    dmarc_testing: bool
    dmarc_rua: bool
    dmarc_aligned: bool = Field(
        description=(
            f"False where DMARC reports of the last {WINDOW.days} days know {ENOUGH} messages of your own or more, and "
            f"less than {ALIGNED_SHARE:.0%} of them pass. True otherwise, also without reports: the DNS cannot tell."
        )
    )
    fcrdns: bool | None
    own_ip: bool


class ListedOut(Wire):
    operator: str
    list: str
    asset: str
    kind: Literal["ip", "domain"]
    tier: Tier
    shared: bool


class FactsOut(Wire):
    """What a domain's score was made of beside its rates: where a what-if begins. ``listings`` null: not assessed."""

    domain: str
    bulk: bool
    authentication: AuthenticationOut
    listings: list[ListedOut] | None


class ScoreOut(Standing):
    domain: str | None
    version: str
    as_of: date
    computed_at: datetime
    lines: list[LineOut]
    caps: list[CapOut]
    rates: list[RateOut]
    facts: list[FactsOut]
    domains: list[DomainScore]
    recommendations: list[RecommendationOut]


class ScoreDay(Standing):
    """As it stood at the end of that day (UTC), or now."""

    day: date
    version: str
    cap: str | None
    lines: dict[LineName, Hundredths]
    computed_at: datetime


class HistoryQuery(Wire):
    domain: Domain | None = None
    first: date | None = Field(None, description="Not before this day.")
    last: date | None = Field(None, description="Not after this day.")
    limit: Limit = 90
    cursor: str | None = None


class WhatIf(Wire):
    """``domain``: whose score is asked for, null the account's. ``of``: the domain that changes, null every one."""

    domain: Domain | None = None
    of: Domain | None = None
    change: Change


class Outcome(Standing):
    lines: list[LineOut]
    caps: list[CapOut]


class WhatIfOut(Wire):
    """``gain`` may be negative: a change need not be one for the better."""

    domain: str | None
    as_of: date
    version: str
    now: Outcome
    then: Outcome
    gain: Hundredths
