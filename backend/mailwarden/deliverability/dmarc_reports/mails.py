"""The parts of a mail, however it is made: nothing of it takes more time or memory than a real one could. Pure."""

import re
from collections.abc import Callable
from email.message import Message
from email.parser import BytesParser
from email.policy import Policy, compat32
from typing import Any

from mailwarden.deliverability.dmarc_reports.refusing import refused

MOST_NESTED = 30  # containers in one mail; real ones have two or three
MOST_PARTS = 100
MOST_HEADERS = 1000  # of one part
LONGEST_ABOUT = 2000  # characters of a header about the content: their parameters take the square of it to read
CONTAINERS = re.compile(rb"multipart/|message/", re.IGNORECASE)


def parts_of(file: bytes) -> list[bytes]:
    """Decoded. Raises Invalid, and ValueError, LookupError, AssertionError or RecursionError for what is no mail."""
    if len(CONTAINERS.findall(file)) > MOST_NESTED:
        raise refused("The mail holds too many parts within parts.")
    mail = BytesParser(_counting()).parsebytes(file)
    contents = [part.get_payload(decode=True) for part in mail.walk() if not part.is_multipart()]
    return [one for one in contents if isinstance(one, bytes)]


class _Part(Message):
    def set_raw(self, name: str, value: Any) -> None:
        about = name.lower().startswith("content-")
        if len(self) >= MOST_HEADERS or (about and len(str(value)) > LONGEST_ABOUT):
            raise refused("The mail has a head that no real one has.")
        super().set_raw(name, value)


def _counting() -> Callable[[], _Part]:
    made = 0

    def make(policy: "Policy[Any]" = compat32) -> _Part:
        nonlocal made
        made += 1
        if made > MOST_PARTS:
            raise refused(f"The mail holds more than {MOST_PARTS} parts.")
        return _Part(policy)

    return make
