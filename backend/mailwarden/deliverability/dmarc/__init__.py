"""DMARC (RFC 9989, and what RFC 7489 still makes of the same records)."""
