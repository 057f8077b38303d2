"""HubSpot as its documents, its SDK and its connectors show it."""

from mailwarden_sandbox.hubspot.provider import HUBSPOT

__all__ = ["HUBSPOT"]
