"""How a mailbox sends: typed, with a default for everything, so that a reset is simply nothing stored."""

from enum import StrEnum
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, StringConstraints, ValidationError, model_validator

from mailwarden.core.api import Wire
from mailwarden.core.errors import Invalid
from mailwarden.mailboxes.html import clean_signature, text_of

LONGEST_SIGNATURE: Final = 20_000


class Weekday(StrEnum):
    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as exc:
        raise ValueError("not a time zone of the IANA database") from exc
    return name


def _each_once(days: list[Weekday]) -> list[Weekday]:
    return [day for day in Weekday if day in days]


Signature = Annotated[
    str,
    StringConstraints(max_length=LONGEST_SIGNATURE),
    AfterValidator(clean_signature),
    Field(
        description="HTML below every mail; sanitised when it is stored. Empty: none.",
        examples=["<p>Pat Doe<br>Acme</p>"],
    ),
]
# A line break in a name would begin another header of the mail (RFC 5322 §2.2).
SenderName = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=120, pattern=r"^[^\x00-\x1f\x7f]*$"),
    Field(description="Shown as the sender's name. Empty: the account's own.", examples=["Pat Doe"]),
]
Interval = Annotated[
    int, Field(ge=10, le=3600, description="Sending speed: seconds between two mails of this mailbox.", examples=[60])
]
DailyLimit = Annotated[
    int, Field(ge=1, le=10_000, description="Mails a day at most, counted in the mailbox's time zone.", examples=[200])
]
DomainLimit = Annotated[
    int,
    Field(ge=1, le=10_000, description="Recipients a day at most at one domain, in the same zone.", examples=[100]),
]
WarmUp = Annotated[
    bool, Field(description="Begin with few mails a day and grow: for an account that receivers do not know yet.")
]
WarmUpStart = Annotated[
    int, Field(ge=1, le=10_000, description="Mails on the account's first day of sending, while it warms up.")
]
WarmUpStep = Annotated[
    int, Field(ge=1, le=1_000, description="So many more on each following day, up to the daily limit.")
]
Days = Annotated[
    list[Weekday],
    Field(min_length=1, max_length=7, description="On these days mails go out.", examples=[["mon", "tue"]]),
    AfterValidator(_each_once),
]
TimeOfDay = Annotated[
    str,
    StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$"),
    Field(description="Local time in the mailbox's time zone.", examples=["09:00"]),
]
Zone = Annotated[
    str,
    AfterValidator(_known_zone),
    Field(description="IANA time zone of hours and limits; null: the organization's.", examples=["Europe/Berlin"]),
]
TrackOpens = Annotated[bool, Field(description="Put an invisible image into mails to see whether they are opened.")]
TrackClicks = Annotated[bool, Field(description="Lead links over our own address to see whether they are clicked.")]


class MailboxSettings(Wire):
    """The settings that act, stored or by default."""

    signature_html: Signature = ""
    sender_name: SenderName = ""
    send_interval_s: Interval = 60
    daily_limit: DailyLimit = 200
    domain_daily_limit: DomainLimit = 100
    warm_up: WarmUp = False
    warm_up_start: WarmUpStart = 20
    warm_up_step: WarmUpStep = 10
    working_days: Days = Field(default_factory=lambda: list(Weekday)[:5])
    working_from: TimeOfDay = "09:00"
    working_until: TimeOfDay = "18:00"
    time_zone: Zone | None = None
    track_opens: TrackOpens = True
    track_clicks: TrackClicks = True

    @model_validator(mode="after")
    def hours_are_in_order(self) -> "MailboxSettings":
        if self.working_from >= self.working_until:
            raise ValueError("working_from must be before working_until")
        return self


class MailboxUpdate(Wire):
    """Only what is given changes; null sets the default again."""

    signature_html: Signature | None = None
    sender_name: SenderName | None = None
    send_interval_s: Interval | None = None
    daily_limit: DailyLimit | None = None
    domain_daily_limit: DomainLimit | None = None
    warm_up: WarmUp | None = None
    warm_up_start: WarmUpStart | None = None
    warm_up_step: WarmUpStep | None = None
    working_days: Days | None = None
    working_from: TimeOfDay | None = None
    working_until: TimeOfDay | None = None
    time_zone: Zone | None = None
    track_opens: TrackOpens | None = None
    track_clicks: TrackClicks | None = None


DEFAULTS: Final = MailboxSettings()
LABELS: Final = {
    "signature_html": "Signature",
    "sender_name": "Sender name",
    "send_interval_s": "Sending speed",
    "daily_limit": "Daily limit",
    "domain_daily_limit": "Daily limit per recipient domain",
    "warm_up": "Warm-up",
    "warm_up_start": "Warm-up begins with",
    "warm_up_step": "Warm-up grows by",
    "working_days": "Working days",
    "working_from": "Working hours from",
    "working_until": "Working hours until",
    "time_zone": "Time zone",
    "track_opens": "Open tracking",
    "track_clicks": "Click tracking",
}
AMOUNTS: Final = {
    "send_interval_s": "one mail every {} s",
    "daily_limit": "{:,} mails a day",
    "domain_daily_limit": "{:,} recipients a day",
    "warm_up_start": "{:,} mails a day",
    "warm_up_step": "{:,} mails each day",
}
UNSET: Final = {"sender_name": "the account's own name", "time_zone": "the organization's time zone"}


def settings_of(stored: dict[str, Any]) -> MailboxSettings:
    return MailboxSettings.model_validate(stored)


def changed_from_defaults(settings: MailboxSettings) -> dict[str, Any]:
    """What is stored, as JSON."""
    now, default = settings.model_dump(mode="json"), DEFAULTS.model_dump(mode="json")
    return {name: value for name, value in now.items() if value != default[name]}


def merged(stored: dict[str, Any], update: MailboxUpdate) -> dict[str, Any]:
    """What to store after ``update``; Invalid where the parts do not fit together."""
    given = update.model_dump(mode="json", include=update.model_fields_set)
    wanted = {name: value for name, value in (stored | given).items() if value is not None}
    try:
        return changed_from_defaults(MailboxSettings.model_validate(wanted))
    except ValidationError as exc:
        told = str(exc.errors()[0]["msg"]).removeprefix("Value error, ")
        pointer = {"pointer": "#/working_until", "code": "out_of_order", "detail": told}
        raise Invalid(told, errors=[pointer]) from exc


def in_words(name: str, value: Any) -> str:
    """A value as a person reads it, for previews."""
    match name, value:
        case "signature_html", str() if value:
            return text_of(value)
        case _, None | "":
            return UNSET.get(name, "none")
        case _, int() if not isinstance(value, bool) and name in AMOUNTS:
            return AMOUNTS[name].format(value)
        case _, bool():
            return "on" if value else "off"
        case _, list():
            return ", ".join(value)
    return str(value)
