"""Submission (RFC 6409) with scriptable replies."""
