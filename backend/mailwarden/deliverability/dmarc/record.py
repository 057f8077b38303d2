"""A DMARC record (RFC 9989 4.7): what stands there, and what of it counts."""

import re
from dataclasses import dataclass, field
from typing import Literal

from mailwarden.deliverability.records.tags import SPACE, Tags, read_tags, written

Policy = Literal["none", "quarantine", "reject"]
POLICIES: tuple[Policy, ...] = ("none", "quarantine", "reject")
_VERSION = re.compile(r"[vV][ \t]*=[ \t]*DMARC1[ \t]*(;|$)")
_MEANT = re.compile(r"[\s\"“']*v\s*=\s*[\"“]?d\s*marc", re.IGNORECASE)
_SIZE = re.compile(r"![0-9]+[kmgt]?$", re.IGNORECASE)
_MAILTO = re.compile(r"mailto:([^@\s,;]+@[^@\s,;?]+)", re.IGNORECASE)
_ADDRESS = re.compile(r"[^@\s:]+@[^@\s:]+\.[^@\s:]+")

VALUES = {
    **dict.fromkeys(("p", "sp", "np"), frozenset(POLICIES)),
    **dict.fromkeys(("adkim", "aspf"), frozenset({"r", "s"})),
    "psd": frozenset({"y", "n", "u"}),
    "t": frozenset({"y", "n"}),
}
HISTORIC = ("pct", "rf", "ri")
KNOWN = frozenset({"v", *VALUES, "fo", "rua", "ruf", *HISTORIC})


@dataclass(frozen=True, slots=True)
class Uri:
    """A place for reports; ``domain`` of a mail address, None where the text is no URI that receivers support."""

    text: str
    domain: str | None
    sized: bool = False  # has the "!10m" of RFC 7489, which is ignored now


@dataclass(frozen=True, slots=True)
class DmarcRecord:
    """``valid``: the tags whose values count; ``invalid``: those that receivers discard; values in lower case."""

    text: str
    tags: Tags
    valid: dict[str, str] = field(default_factory=dict)
    invalid: dict[str, str] = field(default_factory=dict)
    rua: tuple[Uri, ...] = ()
    ruf: tuple[Uri, ...] = ()

    @property
    def reports(self) -> bool:
        """Whether anybody can be told, which decides what becomes of a record without a policy."""
        return any(one.domain for one in self.rua)

    @property
    def void(self) -> bool:
        """No policy, or an unreadable one, and nobody to tell: receivers do nothing at all (4.7)."""
        return self._fallen_back and not self.reports

    @property
    def _fallen_back(self) -> bool:
        return "p" not in self.valid or any(name in self.invalid for name in ("sp", "np"))

    def policy(self, name: str = "p") -> Policy:
        """Of ``p``, ``sp`` or ``np``: np falls back on sp, sp on p, and a broken one makes all of them none."""
        if self._fallen_back:
            return "none"
        order = {"p": ("p",), "sp": ("sp", "p"), "np": ("np", "sp", "p")}[name]
        found = next(self.valid[one] for one in order if one in self.valid)
        return next(one for one in POLICIES if one == found)

    @property
    def testing(self) -> bool:
        return self.valid.get("t") == "y"

    @property
    def psd(self) -> str:
        return self.valid.get("psd", "u")

    @property
    def strict(self) -> dict[str, bool]:
        return {name: self.valid.get(name) == "s" for name in ("adkim", "aspf")}


def is_dmarc(text: str) -> bool:
    """Whether a receiver takes the TXT record for one. ``DMARC1`` is case-sensitive, and it must come first."""
    return bool(_VERSION.match(text))


def is_meant(text: str) -> bool:
    """Whether a person will have meant it to be one."""
    return bool(_MEANT.match(text)) and not is_dmarc(text)


def read_record(text: str) -> DmarcRecord:
    """Of a text that ``is_dmarc``."""
    tags = read_tags(text)
    valid: dict[str, str] = {}
    invalid: dict[str, str] = {}
    for tag in tags.all:
        if tag.name in valid or tag.name in invalid:
            continue
        value, allowed = tag.value.lower(), VALUES.get(tag.name)
        (invalid if allowed is not None and value not in allowed else valid)[tag.name] = value
    rua, ruf = (tuple(_uris(tags.get(name) or "")) for name in ("rua", "ruf"))
    return DmarcRecord(text, tags, valid, invalid, rua, ruf)


def _uris(value: str) -> list[Uri]:
    return [_uri(part.strip(SPACE)) for part in value.split(",") if part.strip(SPACE)]


def _uri(text: str) -> Uri:
    plain = _SIZE.sub("", text)
    found = _MAILTO.fullmatch(plain.partition("?")[0])
    domain = found[1].rpartition("@")[2].lower().removesuffix(".") if found else None
    return Uri(text, domain, plain != text)


def mended(record: DmarcRecord) -> str:
    """The record as it should stand: what counts, in the old order, and addresses made URIs."""
    kept = [(name, value) for name, value in record.valid.items() if name in KNOWN and name not in ("v", *HISTORIC)]
    tags = {"v": "DMARC1", "p": "none", **{name: value for name, value in kept if name not in ("rua", "ruf")}}
    for name, uris in (("rua", record.rua), ("ruf", record.ruf)):
        if places := [_mended_uri(one) for one in uris if _mended_uri(one)]:
            tags[name] = ",".join(places)
    return written(list(tags.items()))


def _mended_uri(uri: Uri) -> str:
    plain = _SIZE.sub("", uri.text)
    if uri.domain:
        return plain
    return f"mailto:{plain}" if _ADDRESS.fullmatch(plain) else ""
