"""Times that callers give: with their zone, and such that neither Python nor PostgreSQL overflows at them."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime

EARLIEST, LATEST = datetime(1970, 1, 2, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def _within(value: datetime) -> datetime:
    if not EARLIEST <= value <= LATEST:
        raise ValueError("give a time between 1970 and 2200")
    return value


Moment = Annotated[AwareDatetime, AfterValidator(_within)]
