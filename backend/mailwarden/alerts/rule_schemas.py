from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from mailwarden.alerts.watching.catalogue import Frequency, RuleKind, Unit
from mailwarden.core.api import Wire
from mailwarden.core.ids import ConnectionId


class RuleIn(Wire):
    """``threshold`` in the rule's unit. ``minimum_volume`` counts for rates only. ``frequency`` null: as for all."""

    kind: RuleKind = Field(examples=["bounce_spike"])
    enabled: bool
    threshold: float = Field(gt=0, le=1_000_000, allow_inf_nan=False, examples=[2])
    minimum_volume: int | None = Field(None, ge=1, le=10_000_000, examples=[500])
    frequency: Frequency | None = None


def _once(rules: list[RuleIn]) -> list[RuleIn]:
    if len({rule.kind for rule in rules}) < len(rules):
        raise ValueError("name each rule once")
    return rules


class RulesIn(Wire):
    """Rules that are not named stay as they are."""

    rules: Annotated[list[RuleIn], Field(min_length=1, max_length=20), AfterValidator(_once)]


class RuleOut(Wire):
    """``words`` say what the rule does as it is set; ``baseline`` what its value is measured against.

    ``open``: how many alerts of it are not over. ``available`` false: this instance has no data for it yet.
    """

    kind: RuleKind
    label: str
    enabled: bool
    threshold: float
    unit: Unit
    unit_words: str
    minimum_volume: int | None
    frequency: Frequency | None
    baseline: str
    words: str
    default: float
    least: float
    most: float
    step: float
    available: bool
    open: int


class RulesOut(Wire):
    """``enabled``: the master switch of the alert settings. The alert that an integration was disconnected is no rule:
    it is always sent at once."""

    enabled: bool
    frequency: Frequency
    rules: list[RuleOut]
    version: int


class WouldHaveFired(Wire):
    """``ended_by``: ``settled``, it stayed so long that it became usual; ``moot``, nothing was expected any more."""

    subject: str
    connection_id: ConnectionId | None
    opened_at: datetime
    ended_at: datetime | None
    ended_by: Literal["recovered", "settled", "moot"] | None
    title: str
    body: str


class RulePreview(Wire):
    """``fired`` counts all; ``episodes`` are the latest hundred, newest first."""

    kind: RuleKind
    words: str
    available: bool
    fired: int
    episodes: list[WouldHaveFired]


class PreviewOut(Wire):
    """What the rules would have told from ``since`` to ``until``, with figures as they are known today."""

    since: datetime
    until: datetime
    rules: list[RulePreview]
