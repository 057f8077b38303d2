from datetime import datetime
from typing import Annotated, Literal

from pydantic import Base64Bytes, Field

from mailwarden.core.api import Wire
from mailwarden.core.ids import DmarcReportId
from mailwarden.deliverability.dmarc_reports.rules import ENOUGH, WINDOW
from mailwarden.deliverability.dmarc_reports.unpacking import LARGEST

PolicyName = Literal["none", "quarantine", "reject"]
ModeName = Literal["relaxed", "strict"]


class DmarcReportIn(Wire):
    """An .xml, .xml.gz or .zip file as a receiver sent it, or the whole mail with one attached."""

    content: Annotated[Base64Bytes, Field(description=f"Base64 of at most {LARGEST >> 20} MiB.")]


class CountsOut(Wire):
    messages: int
    dkim_aligned: int = Field(description="Messages with a good DKIM signature of the domain that they come from.")
    spf_aligned: int = Field(description="Messages whose SPF passed for the domain that they come from.")
    passing: int = Field(description="Messages that pass DMARC, by one of the two or by both.")


class PublishedPolicyOut(Wire):
    """As the receiver found it. Null: not said."""

    domain: str
    p: PolicyName | None
    sp: PolicyName | None
    np: PolicyName | None
    adkim: ModeName | None
    aspf: ModeName | None
    testing: bool | None
    pct: int | None


class DmarcReportOut(CountsOut):
    id: DmarcReportId
    reporter: str
    email: str | None
    external_id: str = Field(description="What the reporter calls it.")
    begins_at: datetime
    ends_at: datetime
    policy: PublishedPolicyOut
    records: int
    sources: int = Field(description="Pairs of an address and a sender's domain.")
    created_at: datetime


class DmarcSourceOut(CountsOut):
    address: str
    header_from: str = Field(description="The domain in the From line.")


class DmarcReportDetailOut(DmarcReportOut):
    largest_sources: list[DmarcSourceOut]


class SuggestedIpOut(CountsOut):
    """It sent mail that passes DMARC, and is not among the sending addresses. A forwarder's passes by DKIM alone."""

    address: str
    spf_passes: bool = Field(description="For some of its mail; the SPF record allows it.")


class DmarcSummaryOut(CountsOut):
    days: int = Field(WINDOW.days, description="Up to now; of reports that end within them.")
    reports: int
    last_ends_at: datetime | None
    passing_share: float | None = Field(description="passing / messages, 0..1; null without any.")
    aligned: bool | None = Field(
        description=f"Whether the domain's own mail passes DMARC, for the score; null below {ENOUGH} messages."
    )
    unaligned_sources: list[DmarcSourceOut] = Field(description="Those with most failing messages first.")
