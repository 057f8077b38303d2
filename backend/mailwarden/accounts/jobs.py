"""The background work of accounts."""

from mailwarden.accounts import posting, recovery

JOBS = [*posting.JOBS, *recovery.JOBS]
