from datetime import datetime
from ipaddress import ip_network
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from mailwarden.core.api import Wire
from mailwarden.core.ids import ApiKeyId, UserId
from mailwarden.core.moments import Moment

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]


def _range(text: str) -> str:
    return str(ip_network(text.strip(), strict=False))


IpRange = Annotated[
    str, StringConstraints(max_length=50), AfterValidator(_range), Field(examples=["198.51.100.0/24", "2001:db8::/48"])
]


class ApiKeyCreate(Wire):
    """`expires_at` null: until it is revoked."""

    name: Name = Field(examples=["Nightly export"])
    scopes: list[str] = Field(min_length=1, max_length=40, examples=[["status:read", "data:read"]])
    expires_at: Moment | None = Field(None, examples=["2027-11-01T00:00:00Z"])
    allowed_ips: list[IpRange] = Field([], max_length=50)


class ApiKeyRotate(Wire):
    """For how long the old key works beside the new one."""

    overlap_hours: int = Field(24, ge=0, le=168)


class ApiKeyOut(Wire):
    """`hint` is how the key begins. `status`: active, expiring (a rotated key's last hours), expired or revoked."""

    id: ApiKeyId
    name: str
    hint: str = Field(examples=["mw_live_4fJ2kQ9z"])
    scopes: list[str]
    effective_scopes: list[str] = Field(description="What its maker's role allows of them today.")
    allowed_ips: list[str]
    created_by: UserId
    created_by_name: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    replaced_by: ApiKeyId | None
    status: str = Field(examples=["active"])


class ApiKeysOut(Wire):
    data: list[ApiKeyOut]


class NewApiKeyOut(Wire):
    """`secret` is shown this once; we keep its hash only."""

    key: ApiKeyOut
    secret: str = Field(examples=["mw_live_4fJ2kQ9z_…"])


class ScopeOut(Wire):
    scope: str = Field(examples=["data:read"])
    description: str
    grantable: bool = Field(description="Whether your own role allows it.")


class ScopesOut(Wire):
    data: list[ScopeOut]
