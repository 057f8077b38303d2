"""What a row of the fault matrix says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

PROBE_S = 600
SIX_MINUTES = 360
UNAVAILABLE, LIMITED = "provider_unavailable", "rate_limited"


@dataclass(frozen=True)
class Definite:
    """A fault that is true. ``within_s`` counts from the first refusal that the provider gave."""

    provider: str
    kind: str
    cause: str | None
    within_s: float
    params: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""
    behaviour: Mapping[str, Any] = field(default_factory=dict)  # of the account, before it is connected
    scopes: tuple[str, ...] = ()  # named in card or missing_scopes
    status: str = "inactive"
    seen_within_s: float = PROBE_S + 60  # from the fault to the first refusal
    told_by: str = ""  # part of a path whose answers tell of the fault without refusing anything

    @property
    def providers(self) -> tuple[str, ...]:
        return (self.provider,)

    @property
    def quick(self) -> bool:
        """Shows at the next probe, not only at the next refresh."""
        return self.seen_within_s <= PROBE_S + 60

    @property
    def name(self) -> str:
        return f"{self.kind} ({self.note})" if self.note else self.kind


@dataclass(frozen=True)
class Soft:
    """A fault that says nothing about the grant: never inactive."""

    kind: str
    degraded: str | None  # the reason that must be shown; None: nothing needs to be shown
    params: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""
    behaviour: Mapping[str, Any] = field(default_factory=dict)
    providers: tuple[str, ...] = ("hubspot", "klaviyo", "keap", "google", "microsoft")
    quick: bool = True  # part of the fast selection
    alone: bool = False  # no other row at the same time: it is felt by all connections of our app
    back_within_s: float = 60  # from the end of the fault, or of the ban that it set
    ban_s: float = 0  # for so long nobody may call after being told to wait

    @property
    def name(self) -> str:
        return f"{self.kind} ({self.note})" if self.note else self.kind

    @property
    def is_slow(self) -> bool:
        """Costs a deadline of real time at each call, or is watched for long."""
        return self.kind == "timeout" or self.params.get("ms", 0) >= 1000 or self.ban_s > PROBE_S
