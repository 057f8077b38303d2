"""When a listing begins and ends: what one answer says is believed once another says it, too."""

import random
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from mailwarden.deliverability.blocklists.registry import Tier
from mailwarden.deliverability.blocklists.rules.reading import Reading, Verdict

APART = timedelta(minutes=10)
REMEMBERED = timedelta(hours=48)  # how long the last definite answer stands in for one that nobody gives
# Minutes until the next question, from and to.
TO_CONFIRM, WHILE_LISTED, WHILE_CLEAR, UNANSWERED = (10, 12), (30, 60), (360, 720), (30, 60)


class Change(StrEnum):
    BEGAN = "began"
    SEEN = "seen"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Course:
    """``listed`` None: never known. ``at``: the last definite answer.

    ``turning_since``: since when answers say the opposite of ``listed``, not confirmed yet.
    """

    listed: bool | None = None
    at: datetime | None = None
    turning_since: datetime | None = None

    def is_assessed(self, now: datetime) -> bool:
        return self.listed is not None and self.at is not None and now - self.at <= REMEMBERED


def turns(course: Course, reading: Reading) -> bool:
    """Would it begin or end a listing, if it were believed? Then the list has to prove itself once more."""
    return reading.verdict is (Verdict.CLEAR if course.listed else Verdict.LISTED)


def advance(course: Course, reading: Reading, text: str, now: datetime) -> tuple[Course, Change | None]:
    """``reading`` comes from a list that is believed; one that cannot tell changes nothing."""
    if not reading.is_definite:
        return course, None
    listed = reading.verdict is Verdict.LISTED
    if course.listed is listed:
        return Course(listed, now), Change.SEEN if listed else None
    if course.listed is None and not listed and course.turning_since is None:
        return Course(False, now), None
    return _turn(course, reading, text, now)


def _turn(course: Course, reading: Reading, text: str, now: datetime) -> tuple[Course, Change | None]:
    listed = reading.verdict is Verdict.LISTED
    if course.listed is None and not listed:  # the first answer said yes, the next one no
        return Course(False, now), None
    since = course.turning_since or now
    if now - since < APART and not (listed and reading.tier is Tier.A and text):
        return replace(course, at=now if course.listed is not None else None, turning_since=since), None
    return Course(listed, now), Change.BEGAN if listed else Change.ENDED


def next_check(course: Course, reading: Reading, now: datetime, rng: random.Random) -> datetime:
    """With jitter, so that what began together does not stay together."""
    if course.turning_since is not None:
        low, high = TO_CONFIRM
    elif not reading.is_definite:
        low, high = UNANSWERED
    else:
        low, high = WHILE_LISTED if course.listed else WHILE_CLEAR
    return now + timedelta(seconds=rng.uniform(low * 60, high * 60))
