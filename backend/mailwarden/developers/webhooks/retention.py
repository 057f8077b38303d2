from mailwarden.core.housekeeping import Kept
from mailwarden.developers.webhooks.models import WebhookDelivery

KEPT = [Kept(WebhookDelivery.created_at, "webhook_deliveries_days")]
