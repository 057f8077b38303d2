from mailwarden.core.housekeeping import Kept
from mailwarden.outreach.models import OutreachImport

KEPT = [Kept(OutreachImport.created_at, "outreach_imports_days")]
