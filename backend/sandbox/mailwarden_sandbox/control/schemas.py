"""Bodies of the control API."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from mailwarden_sandbox.config import Rotation
from mailwarden_sandbox.data.book import Status


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class AccountCreate(_Strict):
    provider: str
    external_id: str | None = None
    campaigns: int | None = Field(default=None, ge=0, le=1_000_000)
    name: str | None = None
    time_zone: str | None = None
    data_seed: str | None = None
    """Accounts of one provider with the same seed and size hold the same campaigns and figures."""


class BehaviourUpdate(_Strict):
    rotation: Rotation | None = None
    access_ttl_s: int | None = Field(default=None, ge=1)
    overlap_s: int | None = Field(default=None, ge=0)
    access_survives: bool | None = None
    variant: str | None = None


class CampaignsCreate(_Strict):
    count: int = Field(default=1, ge=1, le=10_000)
    status: Status = Status.SENT
    send_at: datetime | None = None


class FaultCreate(BaseModel):
    """The kind and, beside it, the parameters of that kind."""

    model_config = ConfigDict(extra="allow")
    kind: str
    scope: Literal["token", "api", "all", "consent"] | None = None
    path: str | None = None
    count: int | None = Field(default=None, ge=1)
    for_s: float | None = Field(default=None, gt=0)
    rate: float | None = Field(default=None, ge=0, le=1)
    code: int | None = Field(default=None, ge=400, le=599)
    retry_after: float | None = None
    ms: float | None = Field(default=None, ge=0)
    s: float | None = None
    limit: int | None = Field(default=None, ge=0)
    share: float | None = Field(default=None, ge=0, le=1)
    scopes: list[str] | None = None

    def params(self) -> dict[str, Any]:
        return {k: v for k, v in self.model_dump().items() if v is not None and k != "kind"}


class ClientCreate(_Strict):
    provider: str
    client_id: str
    client_secret: str
    redirect_uris: list[str] | None = None
    scopes: list[str] | None = None


class ClockMove(_Strict):
    advance_s: float | None = None
    offset_s: float | None = None


class Reset(_Strict):
    seed: int | None = None
    accounts: int | None = Field(default=None, ge=0, le=1000)
    campaigns: int | None = Field(default=None, ge=0, le=1_000_000)
    quotas: bool | None = None


class Quotas(_Strict):
    enabled: bool
