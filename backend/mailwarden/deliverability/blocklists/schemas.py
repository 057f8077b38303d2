"""Blocklists over the wire."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from mailwarden.core.api import Wire
from mailwarden.core.ids import ListingId, UserId

AssetKind = Literal["ip", "domain"]
TierName = Literal["A", "B", "C", "D", "info"]
StepName = Literal["find_list", "visit_list", "find_process", "fix_cause", "request_removal", "keep_watching"]


class CodeOut(Wire):
    code: str
    meaning: str
    tier: TierName
    cause: str | None


class ErrorCodeOut(Wire):
    code: str
    meaning: str


class RemovalOut(Wire):
    """``url`` may hold `{asset}`. ``after_hours``: after so long without a new cause it ends by itself."""

    how: Literal["form", "expires", "provider"]
    url: str | None
    after_hours: int | None
    takes: str
    advice: str


class HealthOut(Wire):
    """A list is believed only while ``healthy``; see the documentation for the other states."""

    face: Literal["ipv4", "ipv6", "name"]
    status: Literal["unchecked", "healthy", "silent", "wildcard", "refused", "broken", "unreachable"]
    since: datetime | None
    checked_at: datetime | None
    why: str


class BlocklistOut(Wire):
    """``used``: this installation asks it; otherwise ``unused_why`` says what is missing."""

    key: str
    name: str
    operator: str
    kind: AssetKind
    zone: str
    ipv6: bool
    tier: TierName
    access: Literal["open", "terms", "registration", "key"]
    terms: str
    codes: list[CodeOut]
    errors: list[ErrorCodeOut]
    lookup_url: str
    removal: RemovalOut
    used: bool
    unused_why: str | None
    health: list[HealthOut]


class RetiredOut(Wire):
    """Never asked. ``ended`` null: nobody wrote the day down."""

    name: str
    zones: list[str]
    ended: date | None
    reason: str


class BlocklistsOut(Wire):
    lists: list[BlocklistOut]
    retired: list[RetiredOut]


class AssetStandingOut(Wire):
    """What one list says of one asset. ``status`` is the last definite answer of the past 48 hours.

    ``lookup_url``: the list's own page about it, null for a list that is not asked any more. ``suspected_since``: an
    answer says otherwise, and waits for a second one. ``verdict`` and ``why``: of the latest question, whether or not
    it could be believed.
    """

    list_key: str
    list_name: str
    tier: TierName
    lookup_url: str | None
    status: Literal["listed", "clear", "unknown"]
    suspected_since: datetime | None
    verdict: Literal["listed", "clear", "refused", "broken", "unclear", "unknown"]
    why: str
    asked_at: datetime | None
    definite_at: datetime | None
    due_at: datetime


class AssetOut(Wire):
    """``shared``: an address that other customers of a provider send from, too."""

    kind: AssetKind
    asset: str
    shared: bool
    domains: list[str]
    listed: int
    clear: int
    unknown: int
    lists: list[AssetStandingOut]


class ChecklistStepOut(Wire):
    """``automatic``: ticked by us. ``changed_by`` null there, and where nobody ticked it yet."""

    step: StepName
    title: str
    text: str
    link: str | None
    automatic: bool
    done: bool
    changed_by: UserId | None
    changed_by_name: str | None
    changed_at: datetime | None


class ListingOut(Wire):
    """``times``: 2 and more where the asset was on that list before. ``ending`` is null while it lasts.

    ``shared`` null: the asset is not watched any more. ``latest``: the last question and what came of it.
    """

    id: ListingId
    kind: AssetKind
    asset: str
    shared: bool | None
    domains: list[str]
    list_key: str
    list_name: str
    operator: str
    tier: TierName
    codes: list[CodeOut]
    said: str
    first_seen_at: datetime
    confirmed_at: datetime
    last_seen_at: datetime
    ended_at: datetime | None
    ending: Literal["delisted", "unwatched"] | None
    times: int
    ends_by_itself_at: datetime | None
    latest: AssetStandingOut | None
    checklist: list[ChecklistStepOut]


class StepChange(Wire):
    step: Literal["find_list", "visit_list", "find_process", "fix_cause", "request_removal"]
    done: bool


class CheckRequest(Wire):
    asset: str | None = Field(None, max_length=253, description="One address or domain of yours; null: all of them.")


class CheckStarted(Wire):
    """``questions`` are asked within a minute or two; those asked within the last five minutes are left out."""

    assets: int
    questions: int
