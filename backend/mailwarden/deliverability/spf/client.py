"""Who sends: what check_host is asked about."""

from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Address, IPv6Address, ip_address

import idna

from mailwarden.deliverability.dns.answers import ascii_name
from mailwarden.deliverability.spf.macros import Address, dotted


@dataclass(frozen=True)
class Client:
    """``sender``: of MAIL FROM; empty for a bounce, where HELO's name is checked (2.4). ``now``: seconds, for %{t}.

    Raises ValueError, when used, for an ``ip`` that is none.
    """

    ip: str
    sender: str
    helo: str = "unknown"
    receiver: str = "unknown"
    now: int = 0

    @cached_property
    def address(self) -> Address:
        """An IPv4 address in the clothes of IPv6 is an IPv4 address (section 5)."""
        address = ip_address(self.ip)
        mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
        return mapped or address

    @cached_property
    def is_four(self) -> bool:
        return isinstance(self.address, IPv4Address)

    @cached_property
    def identity(self) -> tuple[str, str]:
        """Local part and domain (4.3)."""
        local, _, domain = self.sender.rpartition("@") if self.sender else ("", "", self.helo)
        return local or "postmaster", domain

    @cached_property
    def values(self) -> dict[str, str]:
        """Of the macros that are the same in every record; d and p are not."""
        local, domain = self.identity
        return {
            "s": f"{local}@{domain}",
            "l": local,
            "o": domain,
            "i": dotted(self.address),
            "v": "in-addr" if self.is_four else "ip6",
            "h": self.helo,
            "c": str(self.address),
            "r": self.receiver,
            "t": str(self.now),
        }


def checkable(domain: str) -> str | None:
    """The name to ask for (4.3), in A-labels; None for a domain that has no result."""
    try:
        plain = ascii_name(domain if domain.isascii() else idna.encode(domain, uts46=True).decode())
    except ValueError:
        return None
    return plain if "." in plain and not plain.startswith("[") else None
