"""What domains and blocklists tell a score, and nothing more: the seam between them. Pure."""

from dataclasses import dataclass
from typing import Literal

Spf = Literal["covers", "neutral", "not_covering", "pass_all", "permerror", "none"]
Dkim = Literal["strong", "fair", "weak", "revoked", "none"]
Dmarc = Literal["reject", "quarantine", "none", "absent", "invalid"]
Tier = Literal["A", "B", "C", "D"]


@dataclass(frozen=True, slots=True)
class Authentication:
    """Each fact None where no definite answer is known: it is left out, never held against anybody.

    ``dkim``: the best usable key (2048 bits or more, or ed25519 beside RSA: strong; 1024 to 2047: fair).
    ``dmarc_aligned``: False only where reports of receivers show it; nobody is blamed for having none.
    ``own_ip``: an address of the organization's own, so that reverse DNS is theirs to set.
    """

    spf: Spf | None = None
    dkim: Dkim | None = None
    dmarc: Dmarc | None = None
    dmarc_testing: bool = False
    dmarc_rua: bool = False
    dmarc_aligned: bool = True
    fcrdns: bool | None = None
    own_ip: bool = False


@dataclass(frozen=True, slots=True, order=True)
class Listing:
    """A definite entry. ``operator`` runs the list; ``asset`` is the address or domain that is listed.

    ``share_permille``: of the domain's mail that goes out over this asset; 1000 where it is not known.
    """

    operator: str
    list: str
    asset: str
    kind: Literal["ip", "domain"]
    tier: Tier
    shared: bool = False
    share_permille: int = 1000
