from datetime import datetime

from pydantic import Field

from mailwarden.connections import schemas as connections
from mailwarden.connections.schemas import IncidentOut
from mailwarden.core.api import Wire


class ProviderFigures(Wire):
    provider: str
    label: str
    connections: int = Field(description="Connected, being checked or inactive now.")
    verdicts: int = Field(description="How often a connection was called inactive.")
    contradicted: int = Field(description="Verdicts that were wrong: it worked again without anybody's doing.")
    late: int = Field(description="Verdicts that took longer than promised.")
    detection_p50_s: float | None = Field(description="From the first refusal to the verdict; worst cause's median.")
    detection_p99_s: float | None
    refreshes: int = Field(description="Calls of the token endpoint.")
    refused: int = Field(description="Refreshes that the provider refused: grants that ended.")
    refresh_success: float | None = Field(description="Of the refreshes that were not refused, the share that worked.")


class CauseFigures(Wire):
    provider: str
    cause: str
    title: str
    verdicts: int
    detection_p50_s: float | None
    detection_p99_s: float | None


class Measured(Wire):
    """Sums over all organizations of this installation; how each is counted stands in docs/status.md."""

    measured_at: datetime
    days: int
    status_accuracy: float | None = Field(description="Share of all connection time in which the status was right.")
    verdict_accuracy: float | None = Field(description="Share of verdicts that nothing contradicted later.")
    in_time: float | None = Field(description="Share of verdicts given within the promised time.")
    verdicts: int
    contradicted: int
    late: int
    overdue_now: int = Field(description="Shown as working although a refusal is older than the promised time.")
    connections: int
    refresh_success: float | None
    providers: list[ProviderFigures]
    causes: list[CauseFigures]


class ServiceStatus(connections.ServiceStatus):
    """What concerns everybody here: trouble now, and how well this installation knew the truth lately."""

    measured: Measured | None = Field(description="None until the first measurement, minutes after the first start.")
    recent_incidents: list[IncidentOut] = Field(description="Of the last 30 days, newest first, at most 50.")
