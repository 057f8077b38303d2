"""The campaigns of an account as columns: some 30 bytes each, so that 100,000 of them cost little."""

from array import array
from dataclasses import dataclass, field

from mailwarden_sandbox.data.mixing import mix, unit

DRAFT, DATED, CANCELLED = 0, 1, 2
EMAIL, SMS = 0, 1
_PAST_S = 730 * 86_400
_FUTURE_S = 14 * 86_400
_DAY_S = 86_400


@dataclass(slots=True)
class Columns:
    """Parallel columns by campaign index. ``send`` is 0 for campaigns without a date."""

    created: "array[int]" = field(default_factory=lambda: array("q"))
    edited: "array[int]" = field(default_factory=lambda: array("q"))
    send: "array[int]" = field(default_factory=lambda: array("q"))
    kind: "array[int]" = field(default_factory=lambda: array("b"))
    archived: "array[int]" = field(default_factory=lambda: array("b"))
    channel: "array[int]" = field(default_factory=lambda: array("b"))

    def __len__(self) -> int:
        return len(self.created)

    def append(self, created: int, edited: int, send: int, kind: int, *, archived: bool, channel: int) -> None:
        self.created.append(created)
        self.edited.append(edited)
        self.send.append(send)
        self.kind.append(kind)
        self.archived.append(int(archived))
        self.channel.append(channel)


def _send_time(position: float, anchor: int) -> int:
    """Spread over two years, denser towards today, and the last twentieth lies ahead."""
    if position > 0.95:
        return anchor + int((position - 0.95) / 0.05 * _FUTURE_S) + 1
    back = 1 - position / 0.95
    return anchor - int(back**1.7 * _PAST_S) - 1


@dataclass(frozen=True, slots=True)
class Traits:
    """What sorts of campaigns a provider knows."""

    sms_share: float = 0.0
    cancelled_share: float = 0.0
    smallest: int = 200
    spread: float = 250
    """A campaign has ``smallest`` to ``smallest * spread`` recipients, mostly few."""


def build_columns(seed: int, size: int, anchor: int, traits: Traits) -> Columns:
    columns = Columns()
    drafts = 1 - traits.cancelled_share
    for index in range(size):
        draw = mix(seed + index)
        when = _send_time((index + unit(draw)) / size, anchor)
        lot = unit(draw >> 16)
        past = when < anchor
        kind = DATED if lot < 0.92 else DRAFT if lot < drafts else CANCELLED
        created = min(when, anchor) - _DAY_S // 2 - int(2 * _DAY_S * unit(draw >> 32))
        columns.append(
            created,
            created + int(unit(draw >> 40) * _DAY_S / 3),
            0 if kind == DRAFT else when,
            kind,
            archived=past and unit(draw >> 48) < 0.08 and index + 12 < size,
            channel=SMS if unit(draw >> 24) < traits.sms_share else EMAIL,
        )
    return columns
