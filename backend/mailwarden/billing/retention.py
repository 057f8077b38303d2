from mailwarden.billing.models import BillingEvent, BillingNotice
from mailwarden.core.housekeeping import Kept

KEPT = [Kept(BillingEvent.created_at, "billing_log_days"), Kept(BillingNotice.created_at, "billing_log_days")]
