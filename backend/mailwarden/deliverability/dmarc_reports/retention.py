"""Reports, by when they came; their sources go with them."""

from mailwarden.core.housekeeping import Kept
from mailwarden.deliverability.dmarc_reports.models import DmarcReport

KEPT = [Kept(DmarcReport.created_at, "dmarc_reports_days")]
