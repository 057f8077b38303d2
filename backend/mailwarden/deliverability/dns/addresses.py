"""Addresses that mail can leave from, in one spelling."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

# Nobody's addresses on the Internet. 127.0.0.2 among them is listed everywhere, on purpose.
NEVER = tuple(
    ip_network(one)
    for one in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.168.0.0/16", "224.0.0.0/3", "::/127", "fc00::/7", "fe80::/10", "ff00::/8"),
    )
)


def public_address(text: str) -> IPv4Address | IPv6Address:
    """An IPv4 address in the clothes of IPv6 is one of IPv4. Raises ValueError for what cannot be anybody's."""
    found = ip_address(text.strip())
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    if "%" in text or any(found in network for network in NEVER):  # a zone (RFC 4007) means something to one host only
        raise ValueError(f"{found} is nobody's address on the Internet")
    return found
