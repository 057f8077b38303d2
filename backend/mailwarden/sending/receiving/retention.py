"""Longer than mail is ever listed anew, so that no mail is taken for a new one."""

from mailwarden.core.housekeeping import Kept
from mailwarden.sending.receiving.models import ReceivedMail

KEPT = [Kept(ReceivedMail.created_at, "received_mails_days")]
