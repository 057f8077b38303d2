"""Results of check_host (RFC 7208, section 2.6), and how they came about."""

from dataclasses import dataclass
from enum import StrEnum


class SpfResult(StrEnum):
    NONE = "none"
    NEUTRAL = "neutral"
    PASS = "pass"  # noqa: S105 - no password
    FAIL = "fail"
    SOFTFAIL = "softfail"
    TEMPERROR = "temperror"
    PERMERROR = "permerror"


OF_QUALIFIER = {"+": SpfResult.PASS, "-": SpfResult.FAIL, "~": SpfResult.SOFTFAIL, "?": SpfResult.NEUTRAL}


@dataclass(frozen=True, slots=True)
class Limits:
    """Of 4.6.4. A receiver may tell them apart from ours in ``voids`` only, which is a SHOULD."""

    lookups: int = 10
    voids: int = 2
    exchanges: int = 10
    pointers: int = 10
    seconds: float = 20.0


@dataclass(frozen=True, slots=True)
class Step:
    """One term that was looked at. ``depth``: how many includes and redirects down."""

    domain: str
    term: str
    depth: int
    matched: bool | None  # None: it ended in an error


@dataclass(frozen=True, slots=True)
class Evaluation:
    """``domain`` and ``term``: whose record decided, and with what. ``why``: for people, of an error.

    ``explanation``: what the domain says about a fail (section 6.2); None: nothing that can be used.
    """

    result: SpfResult
    domain: str
    term: str | None = None
    why: str | None = None
    explanation: str | None = None
    lookups: int = 0
    voids: int = 0
    steps: tuple[Step, ...] = ()


class PermError(Exception):
    """``domain``, ``term``: where it happened."""

    def __init__(self, why: str, domain: str, term: str | None = None) -> None:
        super().__init__(why)
        self.why, self.domain, self.term = why, domain, term


class TempError(PermError):
    """Asking again later may help."""
