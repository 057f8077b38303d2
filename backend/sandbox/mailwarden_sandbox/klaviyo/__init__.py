"""Klaviyo as its specification, its SDKs and its connectors show it."""

from mailwarden_sandbox.klaviyo.provider import KLAVIYO

__all__ = ["KLAVIYO"]
