"""DKIM keys (RFC 6376, 8301, 8463): what a key record says, and where the keys of a domain may lie."""
