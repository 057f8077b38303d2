"""What people read about clocks, stakes and the way back. Pure."""

from datetime import timedelta

MINUTE, HOUR, DAY = 60, 3600, 86400


def people(count: int) -> str:
    return "1 recipient" if count == 1 else f"{count:,} recipients"


def countdown(remaining: timedelta) -> str:
    """To the minute, the begun one included, so that nobody is told more than there is."""
    seconds = int(remaining.total_seconds())
    if seconds <= 0:
        return "no time left"
    days, hours, minutes = seconds // DAY, seconds % DAY // HOUR, seconds % HOUR // MINUTE
    if days:
        return f"{_days(days)} {hours} h left"
    if hours:
        return f"{hours} h {minutes} min left"
    return f"{minutes} min left" if minutes else "less than a minute left"


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


PAUSES = "Pauses at once, without limit. You resume it after connecting again."
LEAVES = "The account leaves the FROM list at once; the other accounts go on."


def on_disconnect(*, rotation: bool, stopped: int, freed: int) -> str:
    if not rotation:
        return PAUSES
    if not stopped:
        return f"{LEAVES} Nobody has mail from it yet: {people(freed)} will be free for the other accounts."
    return (
        f"{LEAVES} Connected again and re-added within 60 minutes, it keeps its recipients. "
        f"Otherwise {people(stopped)} with mail from it will get nothing more of this campaign, for ever; "
        f"{people(freed)} without will be free for the other accounts."
    )


def at_the_end(stopped: int, freed: int) -> str:
    ever = "gets" if stopped == 1 else "get"
    return (
        f"Then {people(stopped)} with mail from this account {ever} nothing more of this campaign, for ever, "
        f"and {people(freed)} without will be free for other accounts."
    )


def re_added(*, waits: bool, kept: int, free: int) -> str:
    if waits:
        return "It will be re-added as soon as it is connected again."
    if kept:
        return f"It goes on with {people(kept)}."
    return f"It keeps nobody; {people(free)} whom nobody has written to can be assigned to it."
