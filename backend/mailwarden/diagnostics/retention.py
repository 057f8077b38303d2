"""A bundle is made for one conversation with support."""

from mailwarden.core.housekeeping import Kept
from mailwarden.diagnostics.models import SupportBundle

KEPT = [Kept(SupportBundle.created_at, "support_bundles_days")]
