"""What macros stand for (RFC 7208, section 7)."""

import re
from collections.abc import Mapping
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import quote

from mailwarden.deliverability.spf.grammar import Macro, Spec

Address = IPv4Address | IPv6Address
LONGEST_NAME = 253


def expand(spec: Spec, values: Mapping[str, str]) -> str:
    """``values`` by letter; those that the spec uses must be there."""
    return "".join(one if isinstance(one, str) else _value(one, values[one.letter]) for one in spec.pieces)


def expand_name(spec: Spec, values: Mapping[str, str]) -> str:
    """A name to ask for: without a last dot, and without the left labels that make it too long (7.3)."""
    name = expand(spec, values).removesuffix(".")
    if len(name) <= LONGEST_NAME:
        return name
    dot = name.find(".", len(name) - LONGEST_NAME - 1)
    return name[dot + 1 :] if dot >= 0 else name.rpartition(".")[2]


def _value(macro: Macro, value: str) -> str:
    parts = _splitter(macro.delimiters).split(value)
    if macro.reverse:
        parts.reverse()
    if macro.parts is not None:
        parts = parts[-macro.parts :]
    joined = ".".join(parts)
    return quote(joined, safe="") if macro.escapes else joined


@lru_cache(256)
def _splitter(delimiters: str) -> re.Pattern[str]:
    return re.compile(f"[{re.escape(delimiters)}]")


def dotted(ip: Address) -> str:
    """``%{i}``: an IPv6 address as 32 hexadecimal digits with dots between them."""
    if isinstance(ip, IPv4Address):
        return str(ip)
    return ".".join(f"{int(ip):032X}")
