"""The record to publish in place of one that is wrong. Where a term cannot be saved it is left out, and said so."""

import re
from collections.abc import Collection, Sequence
from ipaddress import ip_address

from mailwarden.deliverability.spf.record import Record, is_policy, read_record
from mailwarden.deliverability.spf.terms import Modifier, Problem, read_term

_ADDRESS = r"[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+(?:/[0-9]+)?"
_VERSION = re.compile(r"""[\s"'“”\\]*(?:v\s*[=:]?\s*)?spf\s*1?(?:\.0)?[\s;,:"'\\]*""", re.IGNORECASE)
_NEAR = re.compile(r"""[\s"'“”\\]*(?:v\s*[=:]?\s*spf1?(?![0-9])|spf1?[ ;])""", re.IGNORECASE)
_SPLIT_NAME = re.compile(r"(?<![^ ])([+?~-]?(?:include|a|mx|ip4|ip6|exists|ptr):) +(?=[^ ])", re.IGNORECASE)
_DASHES = str.maketrans({"–": "-", "—": "-", "−": "-", "‑": "-"})
_JUNK = "\"'“”‘’,;\\"
_MECHANISMS = ("include", "a", "mx", "ip4", "ip6", "exists", "ptr")
FIXES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), instead)
    for pattern, instead in (
        (rf"([+?~-]?)(?:a|mx|ip|ipv4|ip4|ip6)[:=]({_ADDRESS})", r"\1ip4:\2"),
        (rf"([+?~-]?)({_ADDRESS})", r"\1ip4:\2"),
        (r"([+?~-]?)(?:ip|ipv6|ip4|ip6)[:=]([0-9a-f]*:[0-9a-f:.]*(?:/[0-9]+)?)", r"\1ip6:\2"),
        (r"(redirect|exp):(.+)", r"\1=\2"),
        (r"([+?~-]?)(include|a|mx|exists|ptr)=(.+)", r"\1\2:\3"),
        (r"([+?~-]?)(?:inc|includes|included)[:=](.+)", r"\1include:\2"),
        (r"([+?~-]?)all[.:].*", r"\1all"),
        (r"([+?~-]?)(include|a|mx|exists|ptr):[a-z]+://([^/]+)/?", r"\1\2:\3"),
    )
)


def is_near(text: str) -> bool:
    """Somebody meant it to be an SPF record; receivers do not take it for one."""
    return bool(_NEAR.match(text)) and not is_policy(text.encode())


def clean(text: str) -> tuple[str, tuple[str, ...]]:
    """Of a text that is no proper record, one that is, and the terms that had to be left out."""
    rest = _VERSION.sub("", text, count=1).translate(_DASHES)
    rest = _SPLIT_NAME.sub(r"\1", " ".join(rest.split()))
    kept: list[str] = []
    lost: list[str] = []
    for term in rest.split(" "):
        saved = _saved(term)
        if saved:
            kept.append(saved)
        elif saved is None:
            lost.append(term)
    if lost:  # whom they meant is not known, so nobody is told to refuse them
        kept = ["~all" if one.lower() == "-all" else one for one in kept]
    return _in_order(kept), tuple(lost)


def _saved(term: str) -> str | None:
    """Empty: nothing that anybody would miss. None: it cannot be saved."""
    for one in _candidates(term):
        if not one or one.lower() == "v=spf1":
            return ""
        read = read_term(one, 0)
        if not isinstance(read, Problem) and not is_ignored(read):
            return one
    return None


def _candidates(term: str) -> list[str]:
    bare = term.strip(_JUNK)
    fixed = [pattern.sub(instead, bare) for pattern, instead in FIXES if pattern.fullmatch(bare)]
    return [term, bare, *fixed, bare.rstrip(".")]


def is_ignored(term: object) -> bool:
    """`include=x` is a modifier that nobody knows, which receivers pass over without a word."""
    return isinstance(term, Modifier) and (term.name in (*_MECHANISMS, "ip", "ipv4", "all") or term.name == "v")


def _in_order(terms: Sequence[str]) -> str:
    """Without doubles, `all` behind what is to count, and of two redirects the first."""
    unique = list(dict.fromkeys(terms))
    ends = [one for one in unique if one.lstrip("+?~-").lower() == "all"]
    once = {"redirect": 0, "exp": 0}
    rest = []
    for one in unique:
        name = one.partition("=")[0].lower()
        once[name] = once.get(name, 0) + 1
        if one not in ends and (name not in ("redirect", "exp") or once[name] == 1):
            rest.append(one)
    if ends:
        rest = [one for one in rest if not one.lower().startswith("redirect=")]
    return " ".join(["v=spf1", *rest, *ends[:1]])


def merged(texts: Sequence[str]) -> str:
    """One record that allows what several allow, ending as the mildest of them."""
    terms = [term for text in texts for term in clean(text)[0].split(" ")[1:]]
    ends = [one for one in terms if one.lstrip("+?~-").lower() == "all"]
    mild = next((one for one in ("?all", "~all") if one in ends), None)
    end = mild or ("-all" if "-all" in ends else "~all")
    includes = [f"include:{one[9:]}" if one.lower().startswith("redirect=") else one for one in terms]
    return _in_order([*(one for one in includes if one not in ends), end])


def better(record: Record, *, without: Collection[str] = (), plus: Sequence[str] = (), mildly: bool = False) -> str:
    """The record without the terms that break it, with those that it lacks, and with an end that says something.

    ``mildly``: nobody is to be refused, because whom a term was to allow is not known.
    """
    terms = [one.source for one in record.live if one.name != "all" and one.source not in without]
    others = [one.source for one in record.modifiers if one.name != "redirect" and not is_ignored(one)]
    meant = [saved for one in record.modifiers if is_ignored(one) and (saved := _saved(one.source))]
    if record.redirect is not None and record.redirect.source not in without:
        return _in_order([*terms, *meant, *plus, *others, record.redirect.source])
    ending = next((one for one in record.mechanisms if one.name == "all"), None)
    end = "-all" if ending and ending.qualifier == "-" and not mildly else "~all"
    return _in_order([*terms, *meant, *plus, *others, end])


def first_record(includes: Sequence[str], addresses: Sequence[str], *, receives: bool) -> str:
    """For a domain that has none. ``receives``: its own mail servers may send, where nobody else is known to."""
    terms = [f"include:{one}" for one in includes] + [of_address(one) for one in addresses]
    if not terms and not receives:
        return "v=spf1 -all"
    return " ".join(["v=spf1", *(terms or ["mx"]), "~all"])


def of_address(ip: str) -> str:
    address = ip_address(ip)
    return f"ip{address.version}:{address}"


def is_sound(text: str) -> bool:
    return not read_record(text).problems
