"""Slack and signed webhooks: what is sent, where to, and until when it is tried."""
