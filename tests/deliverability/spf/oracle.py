"""The reference implementation pyspf, made to look into our zones."""

import socket
import warnings
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from mailwarden.deliverability.dns.answers import Reason
from tests.deliverability.spf.generated import Case


def load(voids: int = 1_000_000) -> ModuleType:
    """Without its limit on void lookups, which it counts in another way than section 4.6.4 says: by query, not term."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        spf: Any = pytest.importorskip("spf")
    spf.MAX_VOID_LOOKUPS = voids
    module: ModuleType = spf
    return module


def verdict(spf: Any, case: Case) -> tuple[str, str]:
    """Result and explanation."""

    def look(name: str, type: str, *_: object) -> Iterator[tuple[tuple[str, str], object]]:
        records = case.zones.get(name.lower(), {})
        if isinstance(records, Reason):
            raise spf.TempError("DNS timeout")
        if "CNAME" in records:
            target = records["CNAME"]
            assert not isinstance(target, Reason)
            yield (name, "CNAME"), target[0]
            return
        found = records.get(type, [])
        assert not isinstance(found, Reason)
        for one in found:
            yield (name, type), _wire(type, one)

    spf.DNSLookup = look
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result, _, said = spf.query(i=case.ip, s=case.sender, h=case.helo).check()
    return result, said


def _wire(type: str, value: Any) -> object:
    if type == "TXT":
        return (value if isinstance(value, bytes) else value.encode(),)
    return socket.inet_pton(socket.AF_INET6, value) if type == "AAAA" else value
