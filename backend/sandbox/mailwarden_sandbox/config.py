"""How a sandbox is sized and how its providers behave."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

DEFAULT_CLIENT_ID = "sandbox-client"
DEFAULT_CLIENT_SECRET = "sandbox-secret"  # noqa: S105 - published on purpose, opens nothing but this sandbox


class Rotation(StrEnum):
    """What a refresh does to the refresh token that was presented."""

    FIXED = "fixed"
    OVERLAP = "overlap"
    STRICT = "strict"


def _default_ttl() -> dict[str, int]:
    return {"hubspot": 1800, "klaviyo": 3600, "keap": 86_400, "google": 3600, "microsoft": 3600, "imap": 3600}


def _default_rotation() -> dict[str, Rotation]:
    return {
        "hubspot": Rotation.FIXED,
        "klaviyo": Rotation.OVERLAP,
        "keap": Rotation.STRICT,
        "google": Rotation.FIXED,
        "microsoft": Rotation.OVERLAP,
        "imap": Rotation.FIXED,
    }


@dataclass(frozen=True, slots=True)
class SandboxConfig:
    seed: int = 7
    accounts: int = 2
    """Accounts per provider at start; more can be made over the control API."""
    campaigns: int = 120
    quotas: bool = True
    start: datetime | None = None
    """What the sandbox's clock shows at start; the machine's time if not given."""
    access_ttl_s: Mapping[str, int] = field(default_factory=_default_ttl)
    rotation: Mapping[str, Rotation] = field(default_factory=_default_rotation)
    overlap_s: int = 300
    """With overlapping rotation: for how long the previous refresh token (only that one) still works."""
    redirect_uris: tuple[str, ...] | None = None
    """Exact redirect URIs of the default client; without them every loopback URI is accepted."""
    figure_step_s: int = 3600
    """Figures stand still between steps, so that two readers within one step see the same numbers."""
    log_size: int = 5000
    wall: Callable[[], float] = time.time


@dataclass(frozen=True, slots=True)
class ServerConfig:
    host: str = "127.0.0.1"
    port: int = 9400
    tls: bool = False
    tls_dir: Path | None = None
    port_file: Path | None = None
