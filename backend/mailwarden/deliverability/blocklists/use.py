"""Which lists this installation may ask, and where; of the others, why not."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from mailwarden.core.runtime import Blocklists
from mailwarden.deliverability.blocklists.registry import KEY, Blocklist, Kind, registry


class Unused(StrEnum):
    NEEDS_KEY = "needs_key"
    NEEDS_TERMS = "needs_terms"
    NEEDS_REGISTRATION = "needs_registration"
    SWITCHED_OFF = "switched_off"


WHY = {
    Unused.NEEDS_KEY: "The operator of this installation has set no key for it.",
    Unused.NEEDS_TERMS: "The operator of this installation has not accepted its terms.",
    Unused.NEEDS_REGISTRATION: "The operator of this installation has not registered its resolver there.",
    Unused.SWITCHED_OFF: "The operator of this installation has switched it off.",
}


@dataclass(frozen=True, slots=True)
class Use:
    """``zone`` may hold a key: it is asked and never shown."""

    blocklist: Blocklist
    zone: str

    def hide(self, text: str) -> str:
        return text.replace(self.zone, self.blocklist.zone)

    def __repr__(self) -> str:
        return f"Use({self.blocklist.key})"


def use_of(blocklist: Blocklist, wishes: Blocklists) -> Use | Unused:
    if blocklist.key in wishes.off:
        return Unused.SWITCHED_OFF
    key = wishes.keys.get(blocklist.operator)
    if key and blocklist.keyed_zone:
        return Use(blocklist, blocklist.keyed_zone.replace(KEY, key))
    if blocklist.access == "key":
        return Unused.NEEDS_KEY
    if blocklist.access != "open" and blocklist.key not in wishes.accepted:
        return Unused.NEEDS_REGISTRATION if blocklist.access == "registration" else Unused.NEEDS_TERMS
    return Use(blocklist, blocklist.zone)


def in_use(wishes: Blocklists, kind: Kind | None = None) -> Iterator[Use]:
    for blocklist in registry().lists:
        if kind in (None, blocklist.kind) and isinstance(use := use_of(blocklist, wishes), Use):
            yield use
