"""Domains as reports name them. Pure."""

import idna

LONGEST_DOMAIN = 253
MOST_FOREIGN = 1000  # names beyond ASCII: each takes half a millisecond to encode, and a report repeats a few


class Names:
    """Of one report."""

    def __init__(self) -> None:
        self._foreign: dict[str, str] = {}

    def domain(self, text: str) -> str:
        """In A-labels and lower case where it is a domain at all; reporters repeat what others wrote into their mail.

        Empty where it is none, and for foreign ones beyond the first thousand.
        """
        name = text.strip().rstrip(".").lower()[: LONGEST_DOMAIN + 1]
        if not name.isascii():
            name = self._encoded(name)
        return name if len(name) <= LONGEST_DOMAIN else ""

    def _encoded(self, name: str) -> str:
        if name not in self._foreign:
            if len(self._foreign) >= MOST_FOREIGN:
                return ""
            self._foreign[name] = _in_a_labels(name)
        return self._foreign[name]


def _in_a_labels(name: str) -> str:
    try:
        return idna.encode(name, uts46=True).decode()
    except (idna.IDNAError, UnicodeError):
        return ""
