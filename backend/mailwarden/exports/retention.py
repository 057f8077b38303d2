from mailwarden.core.housekeeping import Kept
from mailwarden.exports.models import Export

KEPT = [Kept(Export.created_at, "exports_days")]  # its file goes with it, at the latest: its link expires before
