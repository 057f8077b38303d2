"""Microsoft as its identity platform (v2.0) and Graph's mail show it."""

from mailwarden_sandbox.microsoft.provider import MICROSOFT

__all__ = ["MICROSOFT"]
