"""Keap as its documents, its two specifications and its SDKs show it."""

from mailwarden_sandbox.keap.provider import KEAP

__all__ = ["KEAP"]
