from datetime import datetime

from pydantic import Field

from mailwarden.core.api import Wire
from mailwarden.core.ids import CampaignId, ConnectionId, ObservationId, SyncId


class FiguresOut(Wire):
    """Counts and rates. A rate is null ("n/a") where its denominator is 0 or unknown (F4)."""

    sent: int | None
    delivered: int | None
    delivered_derived: bool = Field(description="F5: computed as sent - bounced, because the provider gives none.")
    derived: bool = Field(
        description="The provider gives no figures: all of these, or some of a sum, were counted from single records."
    )
    opened: int | None
    clicked: int | None
    bounced: int | None
    complaints: int | None
    unsubscribes: int | None
    hard_bounced: int | None = Field(description="Of bounced: for good. Null where the provider does not say.")
    soft_bounced: int | None = Field(description="Of bounced: for the time being.")
    machine_opened: int | None = Field(
        description="Of opened: by programs such as privacy proxies, where they are told from people. See `providers`."
    )
    machine_clicked: int | None = Field(description="Of clicked: by programs such as security scanners.")
    delivery_rate: float | None = Field(description="delivered / sent, 0..1")
    bounce_rate: float | None = Field(description="bounced / sent, 0..1")
    open_rate: float | None = Field(description="opened / delivered, 0..1")
    click_rate: float | None = Field(description="clicked / delivered, 0..1")
    complaint_rate: float | None = Field(description="complaints / delivered, 0..1")
    unsubscribe_rate: float | None = Field(description="unsubscribes / delivered, 0..1")


class CampaignOut(Wire):
    id: CampaignId
    connection_id: ConnectionId
    provider: str
    account_label: str
    external_id: str
    name: str
    subject: str | None
    status: str = Field(description="The provider's own word.")
    channel: str
    sent_at: datetime | None
    archived: bool
    gone_at: datetime | None = Field(description="When the provider no longer had it; the figures stay.")
    figures: FiguresOut | None
    figures_as_of: datetime | None
    provisional_until: datetime | None = Field(description="Until then figures usually still move; null if not sent.")
    settled: bool = Field(description="The figures were read once more after `provisional_until`.")


class DataAge(Wire):
    """How old the figures of one connection are, and whether they may still move."""

    connection_id: ConnectionId
    provider: str
    account_label: str
    account_time_zone: str | None = Field(description="The provider's own; its reports may count days in it.")
    status: str
    data_as_of: datetime | None
    syncing: bool


class CampaignPage(Wire):
    data: list[CampaignOut]
    has_more: bool
    next_cursor: str | None
    total: int
    data_age: list[DataAge]


class ObservationOut(Wire):
    """Figures as they stood at one time, and the sync that brought them."""

    id: ObservationId
    as_of: datetime
    sync_id: SyncId
    figures: FiguresOut
