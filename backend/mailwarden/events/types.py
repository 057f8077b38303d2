"""The public names of past facts. Customers' webhooks will carry them, so a name never changes its meaning."""

from enum import StrEnum


class EventType(StrEnum):
    CONNECTION_CONNECTED = "connection.connected"
    CONNECTION_RECONNECTED = "connection.reconnected"
    CONNECTION_VERIFYING = "connection.verifying"
    CONNECTION_INACTIVE = "connection.inactive"
    CONNECTION_RECOVERED = "connection.recovered"
    CONNECTION_DISCONNECTED = "connection.disconnected"
    CONNECTION_RECONNECT_ASKED = "connection.reconnect_asked"
    ORGANIZATION_ACTION_ASKED = "organization.action_asked"
    CONNECTION_SETTINGS_CHANGED = "connection.settings_changed"
    CONNECTION_PERMISSION_MISSING = "connection.permission_missing"
    CONNECTION_PERMISSION_RESTORED = "connection.permission_restored"
    CONNECTION_DEGRADED = "connection.degraded"
    CONNECTION_RESTORED = "connection.restored"
    MAILBOX_FILLED = "mailbox.filled"
    MAILBOX_EMPTIED = "mailbox.emptied"
    MAILBOX_SETTINGS_CHANGED = "mailbox.settings_changed"
    CONNECTION_EXPIRING = "connection.expiring"
    SYNC_STARTED = "sync.started"
    SYNC_SUCCEEDED = "sync.succeeded"
    SYNC_FAILED = "sync.failed"
    FIGURES_DEVIATING = "figures.deviating"
    WEBHOOK_ENDPOINT_FAILING = "webhook_endpoint.failing"
    WEBHOOK_ENDPOINT_RECOVERED = "webhook_endpoint.recovered"
    WEBHOOK_ENDPOINT_DISABLED = "webhook_endpoint.disabled"
    SCORE_CHANGED = "score.changed"
    BLOCKLIST_LISTED = "blocklist.listed"
    BLOCKLIST_RELISTED = "blocklist.relisted"
    BLOCKLIST_DELISTED = "blocklist.delisted"
    SUBSCRIPTION_INACTIVE = "subscription.inactive"
    SUBSCRIPTION_LAPSED = "subscription.lapsed"
    SUBSCRIPTION_REACTIVATED = "subscription.reactivated"
    DOMAIN_CHANGED = "domain.changed"
    EXPORT_READY = "export.ready"
    MESSAGE_SENT = "message.sent"
    MESSAGE_FAILED = "message.failed"
    MESSAGE_UNKNOWN = "message.unknown"
    MESSAGE_BOUNCED = "message.bounced"
    MESSAGE_COMPLAINED = "message.complained"
    MESSAGE_REPLIED = "message.replied"
    MESSAGE_OPENED = "message.opened"
    MESSAGE_CLICKED = "message.clicked"
    RECIPIENT_UNSUBSCRIBED = "recipient.unsubscribed"
    OUTREACH_STARTED = "outreach.started"
    OUTREACH_PAUSED = "outreach.paused"
    OUTREACH_RESUMED = "outreach.resumed"
    OUTREACH_FINISHED = "outreach.finished"
    OUTREACH_ACCOUNT_PAUSED = "outreach.account_paused"
    OUTREACH_ACCOUNT_RESUMED = "outreach.account_resumed"
    OUTREACH_ACCOUNT_REMOVED = "outreach.account_removed"
    OUTREACH_CLOCK_STARTED = "outreach.clock_started"
    OUTREACH_CLOCK_WARNING = "outreach.clock_warning"
    OUTREACH_STOP_RULE_APPLIED = "outreach.stop_rule_applied"
    OUTREACH_RESUME_DUE = "outreach.resume_due"


# What each fact means, shown in the API guide; a test keeps the list complete.
DESCRIPTIONS: dict[EventType, str] = {
    EventType.CONNECTION_CONNECTED: "An account was connected for the first time.",
    EventType.CONNECTION_RECONNECTED: "A member renewed the authorization of a connection.",
    EventType.CONNECTION_VERIFYING: "A suspicious answer came; we are checking whether the grant still lives.",
    EventType.CONNECTION_INACTIVE: "The verdict: the connection is dead. Carries the cause and the episode.",
    EventType.CONNECTION_RECOVERED: "The episode is over: the connection was proven to work again.",
    EventType.CONNECTION_DISCONNECTED: "A member disconnected the account.",
    EventType.CONNECTION_RECONNECT_ASKED: "A member who may not reconnect the account asked owners and managers to.",
    EventType.ORGANIZATION_ACTION_ASKED: "A member asked those who may to do something that members may not.",
    EventType.CONNECTION_SETTINGS_CHANGED: "Frequency or history range changed.",
    EventType.CONNECTION_PERMISSION_MISSING: "An optional permission is gone; the work that needs it is refused.",
    EventType.CONNECTION_PERMISSION_RESTORED: "The missing permission was granted again.",
    EventType.CONNECTION_DEGRADED: "The provider is in trouble; nothing to do.",
    EventType.CONNECTION_RESTORED: "The provider works again.",
    EventType.MAILBOX_FILLED: "A mailbox was put into a slot.",
    EventType.MAILBOX_EMPTIED: "A disconnect emptied a slot and set its settings back to the defaults.",
    EventType.MAILBOX_SETTINGS_CHANGED: "Signature, sender name, limits, schedule or tracking of a slot changed.",
    EventType.CONNECTION_EXPIRING: "The authorization will end by itself in 30, 7 or 1 days.",
    EventType.SYNC_STARTED: "A sync run began.",
    EventType.SYNC_SUCCEEDED: "A sync run processed everything in its window.",
    EventType.SYNC_FAILED: "A sync run ended without having processed everything.",
    EventType.FIGURES_DEVIATING: "Our figures are off the provider's totals by more than 5 %. Names what is to blame.",
    EventType.WEBHOOK_ENDPOINT_FAILING: "A webhook endpoint has accepted nothing for 24 hours.",
    EventType.WEBHOOK_ENDPOINT_RECOVERED: "That webhook endpoint accepts deliveries again.",
    EventType.WEBHOOK_ENDPOINT_DISABLED: "A webhook endpoint answered 410 Gone and gets nothing any more.",
    EventType.SCORE_CHANGED: "The deliverability score of the account or of a domain is another. Carries from and to.",
    EventType.BLOCKLIST_LISTED: "A blocklist that proved itself lists one of your addresses or domains.",
    EventType.BLOCKLIST_RELISTED: "It lists one again that it had taken off.",
    EventType.BLOCKLIST_DELISTED: "It lists that address or domain no more.",
    EventType.SUBSCRIPTION_INACTIVE: "Trial or subscription is over; work is refused until somebody pays.",
    EventType.SUBSCRIPTION_LAPSED: "It has been over for 30 days: authorizations are not renewed any more.",
    EventType.DOMAIN_CHANGED: "The DNS records of a sending domain changed, or came to be valid or faulty.",
    EventType.SUBSCRIPTION_REACTIVATED: "The organization may work again; its connections are tested.",
    EventType.EXPORT_READY: "A file that was made in the background can be downloaded, for 24 hours.",
    EventType.MESSAGE_SENT: "The provider took a message, or it was found there after the answer had got lost.",
    EventType.MESSAGE_FAILED: "A message was not sent and will not be by itself. Carries the reason.",
    EventType.MESSAGE_UNKNOWN: "The answer to a message got lost: it may have been sent, and is being looked for.",
    EventType.MESSAGE_BOUNCED: "A server returned a message: hard where there is no such recipient, else soft.",
    EventType.MESSAGE_COMPLAINED: "A recipient reported a message as unwanted and gets none of yours any more.",
    EventType.MESSAGE_REPLIED: "A recipient answered a message for the first time; programs that answer do not count.",
    EventType.MESSAGE_OPENED: "A recipient opened a message for the first time; what machines load does not count.",
    EventType.MESSAGE_CLICKED: "A recipient followed a link for the first time; what machines follow does not count.",
    EventType.RECIPIENT_UNSUBSCRIBED: "A recipient wants no more mail; nobody of the organization sends them any.",
    EventType.OUTREACH_STARTED: "An outreach campaign began to send.",
    EventType.OUTREACH_PAUSED: "An outreach campaign sends nothing more for now. Carries the reason.",
    EventType.OUTREACH_RESUMED: "A paused outreach campaign goes on.",
    EventType.OUTREACH_FINISHED: "Nobody in an outreach campaign has a mail to come.",
    EventType.OUTREACH_ACCOUNT_PAUSED: "One account of a rotation sends nothing more for now; the others go on.",
    EventType.OUTREACH_ACCOUNT_RESUMED: "That account of a rotation sends again.",
    EventType.OUTREACH_ACCOUNT_REMOVED: "An account left the FROM list of a campaign, by a member or a disconnect.",
    EventType.OUTREACH_CLOCK_STARTED: "An hour of grace or nine days began for an account of a rotation.",
    EventType.OUTREACH_CLOCK_WARNING: "That time is running out. Carries what is left, and how many are at stake.",
    EventType.OUTREACH_STOP_RULE_APPLIED: "That time is over: those who had mail from the account get nothing more.",
    EventType.OUTREACH_RESUME_DUE: "An account works again; campaigns that it paused wait to be resumed.",
}
