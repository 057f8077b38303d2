from datetime import datetime
from typing import Literal

from pydantic import Field

from mailwarden.core.api import Wire
from mailwarden.core.ids import ConnectionId, ReconciliationId
from mailwarden.metrics.reconciliation.rules import Part, Verdict


class DifferencePart(Wire):
    part: Part = Field(
        description="time_zone: sent on a day of the range in one time zone only; late_events: happened since our last"
        " sync; definition: counted in another way; rounding;"
        " missing_page: campaigns that our sync was not given; unexplained."
    )
    amount: int = Field(description="Its part of ours - theirs. All parts of a metric add up to the difference.")
    campaigns: int
    examples: list[str] = Field(description="The provider's ids, or names where it tells no ids; 20 at the most.")


class ComparedOut(Wire):
    metric: str
    ours: int
    theirs: int
    difference: int = Field(description="ours - theirs")
    relative: float | None = Field(description="|difference| / theirs; null where theirs is 0.")
    verdict: Verdict = Field(description="normal up to 3 % (or 3 in number), watch up to 5 %, alarm beyond.")
    part: Part | None = Field(description="What most of the difference comes from.")
    needs_care: bool = Field(description="An alarm also without what is harmless: time zone, definition, rounding.")
    left_out: int = Field(description="Of ours, not compared: of campaigns that the provider archived or deleted.")
    parts: list[DifferencePart]


class ReconciliationError(Wire):
    code: str
    title: str
    detail: str


class ReconciliationOut(Wire):
    """Our figures beside the provider's own totals, which were asked for by another way than figures are read by."""

    id: ReconciliationId
    connection_id: ConnectionId
    provider: str
    account_label: str
    account_time_zone: str | None
    status: Literal["queued", "running", "done", "failed"]
    trigger: Literal["manual", "auto"]
    created_at: datetime
    finished_at: datetime | None
    window_from: datetime | None = Field(description="Send times compared: whole days of the organization …")
    window_until: datetime | None = Field(description="… beside the same days as the provider's account counts them.")
    verdict: Verdict | None = Field(description="The worst of its metrics.")
    metric: str | None
    part: Part | None
    calls_made: int
    metrics: list[ComparedOut]
    error: ReconciliationError | None
