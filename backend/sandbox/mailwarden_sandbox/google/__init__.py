"""Google: sign-in, consent, the Gmail API, and what Google pushes about accounts and mailboxes."""

from mailwarden_sandbox.google.provider import GOOGLE

__all__ = ["GOOGLE"]
