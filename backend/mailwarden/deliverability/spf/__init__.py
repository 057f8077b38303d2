"""Sender Policy Framework (RFC 7208): reading a record, asking it about a sender, and what is wrong with it."""
