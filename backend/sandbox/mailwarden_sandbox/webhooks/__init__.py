"""Sends what providers push to apps: attempts, retries, faults, and a log of all of it."""

from mailwarden_sandbox.webhooks.outbox import Answer, Delivery, Outbox
from mailwarden_sandbox.webhooks.send import ask, deliver

__all__ = ["Answer", "Delivery", "Outbox", "ask", "deliver"]
