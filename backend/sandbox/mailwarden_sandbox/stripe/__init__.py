from mailwarden_sandbox.stripe.provider import STRIPE

__all__ = ["STRIPE"]
