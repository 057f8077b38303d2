"""The accounts that people have at the providers."""

from dataclasses import dataclass, field

from mailwarden_sandbox.config import Rotation
from mailwarden_sandbox.data.book import CampaignBook
from mailwarden_sandbox.data.mailbox import Mailbox


@dataclass(slots=True)
class Behaviour:
    """What may be switched per account, because the providers do not say or do not always do the same."""

    rotation: Rotation
    access_ttl_s: int
    overlap_s: int
    access_survives: bool
    """Whether access tokens outlive the revocation of their grant until they expire."""
    variant: str = "documented"
    """Which wording of a dead refresh token: see the provider's ``errors`` module."""


@dataclass(slots=True)
class Account:
    provider: str
    external_id: str
    name: str
    time_zone: str
    book: CampaignBook
    behaviour: Behaviour
    user_id: int
    still_since: float
    """Since when the figures have stood still: see ``World.figures_now``."""
    suspended: bool = False
    deleted: bool = False
    blocked: bool = False
    """By the provider's administrator, for our app."""
    interaction: bool = False
    """A person must sign in again before the app may go on."""
    password: str = "correct horse"  # noqa: S105 - of the sandbox's IMAP and SMTP servers
    mailbox: Mailbox = field(kw_only=True)
    domain: str = field(init=False)

    def __post_init__(self) -> None:
        self.domain = "".join(c if c.isalnum() else "-" for c in self.name.lower()) + ".test"

    @property
    def user_email(self) -> str:
        return f"admin@{self.domain}"


_NAMES = (
    "Harbor Books", "Juniper Outdoor", "Copper Kettle Coffee", "Blue Fjord Travel", "Linden Garden Centre",
    "Saltmarsh Ceramics", "Velo Werkstatt", "Maple Street Toys", "Aurora Skincare", "Granite Fitness",
)  # fmt: skip
_ZONES = ("Europe/Berlin", "America/New_York", "UTC", "Asia/Tokyo", "Australia/Adelaide")


def default_name(number: int) -> str:
    """The name of the ``number``-th account (from 1); unique."""
    round_, place = divmod(number - 1, len(_NAMES))
    return _NAMES[place] + (f" {round_ + 1}" if round_ else "")


def default_zone(number: int) -> str:
    return _ZONES[(number - 1) % len(_ZONES)]
