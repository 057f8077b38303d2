"""Blocklists as a DNS in memory, honest and otherwise."""

from collections.abc import Mapping

from mailwarden.deliverability.blocklists.registry import Blocklist, registry
from mailwarden.deliverability.blocklists.rules.names import canaries, prefixes
from mailwarden.deliverability.dns.answers import Reason
from mailwarden.deliverability.dns.memory import Records

Zone = dict[str, Records | Reason]


def list_of(key: str) -> Blocklist:
    found = registry().find(key)
    assert found is not None
    return found


def first_code(blocklist: Blocklist) -> str:
    code = blocklist.codes[0]
    return str(code.code) if code.code is not None else f"127.0.0.{code.bit}"


def honest(blocklist: Blocklist, listed: Mapping[str, str] | None = None, text: str = "") -> Zone:
    """With its test entry. ``listed``: asset → answer."""
    zone: Zone = {}
    for face in blocklist.faces:
        zone[f"{canaries(blocklist, face)[0]}.{blocklist.zone}"] = {"A": [first_code(blocklist)]}
    for asset, answer in (listed or {}).items():
        records: dict[str, list[str]] = {"A": [answer]} | ({"TXT": [text]} if text else {})
        for prefix in prefixes(blocklist, asset):
            zone[f"{prefix}.{blocklist.zone}"] = records
    return zone


def wildcard(blocklist: Blocklist, answer: str) -> Zone:
    return {f"*.{blocklist.zone}": {"A": [answer]}}
