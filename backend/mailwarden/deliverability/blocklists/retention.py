"""Listings that have ended, with what was done about them. Standings go with their assets."""

from mailwarden.core.housekeeping import Kept
from mailwarden.deliverability.blocklists.models import BlocklistListing

KEPT = [Kept(BlocklistListing.ended_at, "episodes_days")]
