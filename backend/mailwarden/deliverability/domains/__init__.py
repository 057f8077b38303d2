"""Sending domains: what their DNS says, when it is looked at again, and what changed."""
