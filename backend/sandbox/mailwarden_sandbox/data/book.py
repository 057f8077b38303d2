"""One account's campaigns: looked up by index, listed by sorted and filtered index lists."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from enum import StrEnum
from typing import NamedTuple

from mailwarden_sandbox.data.columns import CANCELLED, DATED, DRAFT, EMAIL, SMS, Columns, Traits, build_columns
from mailwarden_sandbox.data.figures import NOTHING, Figures, figures_at
from mailwarden_sandbox.data.mixing import mix, seed_of
from mailwarden_sandbox.data.texts import campaign_name, campaign_subject

_REMEMBERED_LISTS = 24


class Status(StrEnum):
    DRAFT = "draft"
    SCHEDULED = "scheduled"
    SENT = "sent"
    CANCELLED = "cancelled"


class Row(NamedTuple):
    number: int
    status: Status
    archived: bool
    sms: bool
    created: int
    updated: int
    send: int
    """Planned or actual; 0 where there is no date."""


class CampaignBook:
    """``seed`` decides everything: two books of the same seed, size and anchor hold the same data."""

    def __init__(self, seed: str, size: int, anchor: int, traits: Traits) -> None:
        self.seed = seed_of(seed)
        self._size, self._anchor, self._traits = size, anchor, traits
        self._columns: Columns | None = None
        self._lists: OrderedDict[Hashable, list[int]] = OrderedDict()

    @property
    def columns(self) -> Columns:
        if self._columns is None:
            return self.build()
        return self._columns

    def build(self) -> Columns:
        """Make the columns now instead of at the first question."""
        self._columns = build_columns(self.seed, self._size, self._anchor, self._traits)
        return self._columns

    def __len__(self) -> int:
        return len(self._columns) if self._columns is not None else self._size

    def add(self, status: Status, created: int, send: int, *, sms: bool = False) -> int:
        """Append one campaign; answers its index."""
        kind = {Status.DRAFT: DRAFT, Status.CANCELLED: CANCELLED}.get(status, DATED)
        self.columns.append(created, created, send, kind, archived=False, channel=SMS if sms else EMAIL)
        self._lists.clear()
        return len(self.columns) - 1

    def draw(self, index: int, salt: int = 0) -> int:
        """A number that belongs to this campaign."""
        return mix(self.seed ^ mix(index + (salt << 40)))

    def status(self, index: int, at: float) -> Status:
        kind = self.columns.kind[index]
        if kind == DATED:
            return Status.SENT if self.columns.send[index] <= at else Status.SCHEDULED
        return Status.DRAFT if kind == DRAFT else Status.CANCELLED

    def updated(self, index: int, at: float) -> int:
        """The last edit, or the end of sending. Figures do not move it."""
        columns = self.columns
        sent = columns.kind[index] == DATED and columns.send[index] <= at
        return max(columns.edited[index], columns.send[index] + 300) if sent else columns.edited[index]

    def row(self, index: int, at: float) -> Row:
        columns = self.columns
        return Row(
            index,
            self.status(index, at),
            bool(columns.archived[index]),
            columns.channel[index] == SMS,
            columns.created[index],
            self.updated(index, at),
            columns.send[index],
        )

    def figures(self, index: int, at: float) -> Figures:
        columns = self.columns
        if columns.kind[index] != DATED:
            return NOTHING
        traits = self._traits
        return figures_at(self.seed, index, at - columns.send[index], traits.smallest, traits.spread)

    def name(self, index: int) -> str:
        return campaign_name(self.draw(index, 1), index)

    def subject(self, index: int) -> str:
        return campaign_subject(self.draw(index, 2))

    def listed(self, key: Hashable, make: Callable[[], Iterable[int]]) -> list[int]:
        """The index list of a query, remembered so that each further page costs only itself."""
        known = self._lists.get(key)
        if known is None:
            known = self._lists[key] = list(make())
            if len(self._lists) > _REMEMBERED_LISTS:
                self._lists.popitem(last=False)
        else:
            self._lists.move_to_end(key)
        return known

    def sent_between(self, start: float | None, end: float | None, at: float) -> list[int]:
        """Sent e-mail campaigns and text messages of a span (start included, end not), oldest first."""

        def make() -> list[int]:
            columns, low, high = self.columns, start or 0, min(at + 1, at + 1 if end is None else end)
            found = [i for i, when in enumerate(columns.send) if low <= when < high and columns.kind[i] == DATED]
            found.sort(key=columns.send.__getitem__)
            return found

        return self.listed(("sent", start, end, at), make)
