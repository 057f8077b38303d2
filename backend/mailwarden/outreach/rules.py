"""Which step is next and when, what counts as met, and when too many mails bounce. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

GUARD_FROM: Final = 20  # mails sent: of fewer, one bounce says nothing


class State(StrEnum):
    """Of a campaign."""

    DRAFT = "draft"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    ARCHIVED = "archived"


class Pause(StrEnum):
    """Why a campaign is paused."""

    MEMBER = "member"
    CONNECTION_INACTIVE = "connection_inactive"
    DISCONNECTED = "disconnected"
    BOUNCE_GUARD = "bounce_guard"
    SENDER_REFUSED = "sender_refused"
    SUBSCRIPTION = "subscription"


BY_TROUBLE: Final = frozenset({Pause.CONNECTION_INACTIVE, Pause.DISCONNECTED, Pause.SUBSCRIPTION})
BY_GUARD: Final = frozenset({Pause.BOUNCE_GUARD, Pause.SENDER_REFUSED})


class Person(StrEnum):
    """The state of a recipient in a campaign."""

    WAITING = "waiting"
    ACTIVE = "active"
    HELD = "held"
    FINISHED = "finished"
    REPLIED = "replied"
    BOUNCED = "bounced"
    UNSUBSCRIBED = "unsubscribed"
    SUPPRESSED = "suppressed"
    SKIPPED = "skipped"
    CAMPAIGN_STOPPED = "campaign_stopped"


OPEN: Final = frozenset({Person.WAITING, Person.ACTIVE, Person.HELD})  # more may come
# What is known later about somebody who got everything is still told; a stop is for ever (L17).
_MAY_BECOME: Final = {
    Person.WAITING: frozenset(Person) - {Person.WAITING},
    Person.ACTIVE: frozenset(Person) - {Person.WAITING, Person.ACTIVE},
    Person.HELD: frozenset(Person) - {Person.HELD},
    Person.FINISHED: frozenset({Person.REPLIED, Person.BOUNCED, Person.UNSUBSCRIBED}),
    Person.SKIPPED: frozenset({Person.WAITING, Person.ACTIVE, Person.SUPPRESSED}),
    Person.REPLIED: frozenset({Person.UNSUBSCRIBED}),
}


def may_become(now: str, then: Person) -> bool:
    return then in _MAY_BECOME.get(Person(now), frozenset())


class Condition(StrEnum):
    """Of a step, about the mail that the recipient got last. A reply ends the sequence whatever the condition."""

    ALWAYS = "always"
    IF_NO_REPLY = "if_no_reply"
    IF_OPENED = "if_opened"
    IF_NOT_OPENED = "if_not_opened"
    IF_CLICKED = "if_clicked"
    IF_NOT_CLICKED = "if_not_clicked"


ABOUT_TRACKING: Final = {
    Condition.IF_OPENED: "track_opens",
    Condition.IF_NOT_OPENED: "track_opens",
    Condition.IF_CLICKED: "track_clicks",
    Condition.IF_NOT_CLICKED: "track_clicks",
}


@dataclass(frozen=True, slots=True)
class Seen:
    """What the recipient did with the mail they got last. A click proves an opening that no image told of."""

    opened: bool = False
    clicked: bool = False
    replied: bool = False


def is_met(condition: str, seen: Seen) -> bool:
    opened = seen.opened or seen.clicked or seen.replied
    match Condition(condition):
        case Condition.ALWAYS:
            return True
        case Condition.IF_NO_REPLY:
            return not seen.replied
        case Condition.IF_OPENED:
            return opened
        case Condition.IF_NOT_OPENED:
            return not opened
        case Condition.IF_CLICKED:
            return seen.clicked
        case Condition.IF_NOT_CLICKED:
            return not seen.clicked


@dataclass(frozen=True, slots=True)
class Step:
    number: int  # 1, 2, 3 … without a gap
    delay_s: int
    condition: str = Condition.IF_NO_REPLY


@dataclass(frozen=True, slots=True)
class Due:
    number: int
    at: datetime


def due_after(steps: Sequence[Step], number: int, at: datetime) -> Due | None:
    """What follows step ``number``, decided (sent, or its condition not met) at ``at``; None: that was the last one.

    0 stands for the start of the campaign. Numbers are taken one by one, so that none is skipped.
    """
    following = next((step for step in steps if step.number == number + 1), None)
    return Due(following.number, at + timedelta(seconds=following.delay_s)) if following else None


def guarded(sent: int, bounced: int, refused: int, percent: int | None) -> Pause | None:
    """At this share the campaign pauses: going on would ruin the mailbox's reputation.

    ``refused``: for their sender, whoever they were for. What came more often is the reason that is told. ``sent``
    counts all.
    """
    if percent is None or sent < GUARD_FROM or (bounced + refused) * 100 < percent * sent:
        return None
    return Pause.SENDER_REFUSED if refused > bounced else Pause.BOUNCE_GUARD
