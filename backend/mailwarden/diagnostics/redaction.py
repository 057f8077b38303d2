"""Takes out of a support bundle what no one may see, and keeps a list of what was taken out, where and why.

Three nets: only named fields get in at all; what looks like a secret is removed; and every secret that this
organization's rows and our own settings really hold is looked for by its value.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from mailwarden.core.logging import SECRET_FIELDS

Action = Literal["removed", "masked", "shortened", "left_out"]
REMOVED = "[removed]"
LONGEST = 2000
READ = 8 * LONGEST  # beyond it nobody looks for secrets, so nothing of it stays
SHORTEST_SECRET = 4  # shorter ones would take half of every text with them

_WEAK_NAMES = frozenset({"code", "state", "key", "session", "signature", "sig"})  # words of plain speech, too
_NAMES = "|".join(sorted((SECRET_FIELDS - _WEAK_NAMES) | {"passwd", "pwd", "csrf"}))
_VALUE = r"(?!\[removed)(\"[^\"]*\"|'[^']*'|[^\s,;&}}\])]+)"
_PAIR = re.compile(rf"(?i)([\"']?\b[\w-]{{0,40}}(?:{_NAMES})\b[\"']?\s{{0,3}}[=:]\s{{0,3}}){_VALUE}")
_WEAK_PAIR = re.compile(rf"(?i)\b((?:{'|'.join(sorted(_WEAK_NAMES))})=){_VALUE}")
_HEADER = re.compile(r"(?i)\b((?:set-)?cookie|authorization)(\s*[:=]\s*)[^\r\n]+")
_SCHEME = re.compile(r"(?i)\b(bearer|basic|digest|negotiate)\s+[^\s\"',]{4,}")
_PEM = re.compile(r"-----BEGIN [A-Z ]+-----.*?(?:-----END [A-Z ]+-----|$)", re.DOTALL)
_USERINFO = re.compile(r"(?i)\b([a-z][a-z0-9+.-]{0,20}://)[^\s/@]+(?=@)")
_QUERY = re.compile(r"(?i)\b(https?://[^\s?#\"'<>]+)\?[^\s\"'<>]+")
_ADDRESS = re.compile(r"(?<![\w.+-])([\w.+-]{1,64})@([\w-]+(?:\.[\w-]+)+)")
_LONG_WORD = re.compile(r"[\w+/=.~-]{20,}")
_OUR_ID = re.compile(r"[a-z]{2,5}_[0-9a-f]{32}")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_TIME = re.compile(r"\d{4}-\d\d-\d\d(T[\d.]+.*)?")


@dataclass
class Redactor:
    """``secrets``: by value; ``keep``: addresses that the reader needs, such as the reporter's own."""

    secrets: Iterable[str]
    keep: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()  # names of fields whose values are identifiers and stay whole
    found: Counter[tuple[str, Action, str]] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.secrets = sorted({one for one in self.secrets if len(one) >= SHORTEST_SECRET}, key=len, reverse=True)

    def clean(self, value: Any, where: str = "") -> Any:
        """The same shape, clean to the last string. Names of fields are our own words and stay."""
        if isinstance(value, Mapping):
            return {
                str(name): self.clean(one, f"{where}.{name}" if where else str(name)) for name, one in value.items()
            }
        if isinstance(value, list | tuple):
            return [self.clean(one, f"{where}[]") for one in value]
        if isinstance(value, bytes | bytearray | memoryview):
            return self._note(where, "removed", "bytes")
        return self._text(value, where) if isinstance(value, str) else value

    def _note(self, where: str, action: Action, why: str) -> str:
        self.found[where, action, why] += 1
        return REMOVED

    def _text(self, text: str, where: str) -> str:
        for secret in self.secrets:
            if secret in text:
                self._note(where, "removed", "a secret that this installation holds")
                text = text.replace(secret, REMOVED)
        if where.rpartition(".")[2] not in self.ids:
            text = self._looks(text[:READ], where)
        if len(text) > LONGEST:
            self._note(where, "shortened", f"longer than {LONGEST} characters")
            text = text[:LONGEST] + "…"
        return text

    def _looks(self, text: str, where: str) -> str:
        """By what secrets look like, for those that are nobody's here."""

        def blank(pattern: re.Pattern[str], why: str, kept: str = "") -> None:
            nonlocal text

            def replace(match: re.Match[str]) -> str:
                whole = match.group()
                new = match.expand(kept) + REMOVED
                if whole != new:
                    self._note(where, "removed", why)
                return new

            text = pattern.sub(replace, text)

        blank(_PEM, "a key or certificate")
        blank(_HEADER, "a cookie or authorization", r"\1\2")
        blank(_SCHEME, "a cookie or authorization", r"\1 ")
        blank(_USERINFO, "a password in an address", r"\1")
        blank(_QUERY, "the query of an address", r"\1?")
        blank(_PAIR, "a value named like a secret", r"\1")
        blank(_WEAK_PAIR, "a value named like a secret", r"\1")
        text = _ADDRESS.sub(lambda match: self._address(match, where), text)
        return _LONG_WORD.sub(lambda match: self._word(match.group(), where), text)

    def _address(self, match: re.Match[str], where: str) -> str:
        whole = match.group()
        if whole.lower() in self.keep:
            return whole
        self.found[where, "masked", "an e-mail address"] += 1
        return f"{match[1][0]}…@{match[2]}"

    def _word(self, word: str, where: str) -> str:
        """Tokens mix letters and digits; long names such as scopes and host names seldom do."""
        known = any(pattern.fullmatch(word) for pattern in (_OUR_ID, _UUID, _TIME))
        if known or not (re.search(r"\d", word) and re.search(r"[A-Za-z]", word)):
            return word
        return self._note(where, "removed", "a word that looks like a token")

    def manifest(self) -> list[dict[str, Any]]:
        return [
            {"where": where, "action": action, "why": why, "count": count}
            for (where, action, why), count in sorted(self.found.items())
        ]


def leaked(text: str, secrets: Iterable[str]) -> int:
    """How many secrets a finished text still holds. Anything but none is a bug, and the text must not leave."""
    return sum(1 for one in secrets if len(one) >= SHORTEST_SECRET and one in text)
