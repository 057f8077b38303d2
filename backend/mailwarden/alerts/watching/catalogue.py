"""The rules there are: units, defaults, bounds, and the sentence that says what each one does."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from mailwarden.alerts.watching.state import Patience


class RuleKind(StrEnum):
    SCORE_DROP = "score_drop"
    BOUNCE_SPIKE = "bounce_spike"
    COMPLAINT_INCREASE = "complaint_increase"
    BLOCKLIST_ADDITION = "blocklist_addition"
    SYNC_FAILURE = "sync_failure"
    DATA_STALE = "data_stale"


Frequency = Literal["instant", "daily"]
Unit = Literal["percent", "percentage_points", "tier", "runs_in_a_row", "hours"]

SCORE_DAYS = 7  # the mean of the days before is what a score is measured against
SCORE_DAYS_LEAST = 3
SCORE_POINTS_AT_ONCE = 10
WINDOW_DAYS = 7  # at most so many days are put together to reach the minimum volume
BASELINE_DAYS = 30
TIERS = "ABCD"


@dataclass(frozen=True, slots=True)
class Rule:
    """As an organization set it. ``frequency`` none: as set for all rules."""

    kind: RuleKind
    enabled: bool
    threshold: Decimal
    minimum_volume: int | None = None
    frequency: Frequency | None = None


@dataclass(frozen=True, slots=True)
class Spec:
    """``usual``: the rate (of 1) that stands in while there is no baseline of one's own."""

    label: str
    unit: Unit
    default: Decimal
    least: Decimal
    most: Decimal
    step: Decimal
    patience: Patience
    baseline: str
    volume: int | None = None
    usual: Decimal | None = None


BOTH_RATES = "The rate of the 30 days before, if at least the minimum volume was sent in them"
SPECS: dict[RuleKind, Spec] = {
    RuleKind.SCORE_DROP: Spec(
        label="Deliverability score drop",
        unit="percent",
        default=Decimal(10),
        least=Decimal(1),
        most=Decimal(90),
        step=Decimal("0.5"),
        patience=Patience(bad=2, fine=2, settles=14),
        baseline="The mean of the daily scores of the 7 days before",
    ),
    RuleKind.BOUNCE_SPIKE: Spec(
        label="Bounce rate spike",
        unit="percentage_points",
        default=Decimal(2),
        least=Decimal("0.1"),
        most=Decimal(50),
        step=Decimal("0.1"),
        patience=Patience(fine=2, settles=30),
        baseline=BOTH_RATES + "; otherwise 0.8 %, which is usual",
        volume=200,
        usual=Decimal("0.008"),
    ),
    RuleKind.COMPLAINT_INCREASE: Spec(
        label="Spam complaint increase",
        unit="percentage_points",
        default=Decimal("0.1"),
        least=Decimal("0.01"),
        most=Decimal(10),
        step=Decimal("0.01"),
        patience=Patience(fine=2, settles=30),
        baseline=BOTH_RATES + "; otherwise 0.02 %, which is usual",
        volume=1000,
        usual=Decimal("0.0002"),
    ),
    RuleKind.BLOCKLIST_ADDITION: Spec(
        label="Blocklist addition",
        unit="tier",
        default=Decimal(3),
        least=Decimal(1),
        most=Decimal(4),
        step=Decimal(1),
        patience=Patience(),
        baseline="Not listed",
    ),
    RuleKind.SYNC_FAILURE: Spec(
        label="Sync failure",
        unit="runs_in_a_row",
        default=Decimal(3),
        least=Decimal(1),
        most=Decimal(50),
        step=Decimal(1),
        patience=Patience(),
        baseline="The last run that succeeded",
    ),
    RuleKind.DATA_STALE: Spec(
        label="Data out of date",
        unit="hours",
        default=Decimal(36),
        least=Decimal(1),
        most=Decimal(720),
        step=Decimal(1),
        patience=Patience(),
        baseline="The moment up to which everything was read",
    ),
}


def default_rule(kind: RuleKind) -> Rule:
    spec = SPECS[kind]
    return Rule(kind, True, spec.default, spec.volume)


def number(value: Decimal) -> str:
    """Without zeros that say nothing."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def describe(rule: Rule) -> str:
    """What the rule does, as it stands in its form."""
    told = number(rule.threshold)
    match rule.kind:
        case RuleKind.SCORE_DROP:
            return (
                f"When a score falls {told} % or more below the mean of its 7 days before, on two daily scores in a "
                "row; at once if it falls by 10 points or more. With fewer than 3 scores in those days it stays silent."
            )
        case RuleKind.BOUNCE_SPIKE:
            return f"When the bounce rate lies {_rate(told, rule)} were sent on it."
        case RuleKind.COMPLAINT_INCREASE:
            return f"When the rate of spam complaints lies {_rate(told, rule)} were delivered on it."
        case RuleKind.BLOCKLIST_ADDITION:
            return f"When one of your addresses or domains appears on {_tiers(int(rule.threshold))}."
        case RuleKind.SYNC_FAILURE:
            runs = "a sync of an account fails" if told == "1" else f"{told} syncs of an account fail in a row"
            return f"When {runs} while its connection works."
        case RuleKind.DATA_STALE:
            return f"When an account's data are older than {told} h while its connection works."


def _rate(told: str, rule: Rule) -> str:
    return (
        f"{told} percentage points or more above that of the 30 days before. A day counts once "
        f"{rule.minimum_volume or 0:,} messages or more"
    )


def _tiers(tier: int) -> str:
    if tier >= len(TIERS):
        return "any blocklist"
    return "a blocklist of tier A" if tier == 1 else f"a blocklist of tier A to {TIERS[tier - 1]}"
