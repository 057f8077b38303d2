"""The words of the score: bands, lines, caps and advice. Numbers are this account's own."""

from collections.abc import Mapping
from typing import Any

from mailwarden.deliverability.score.rules.advice import Hint

BANDS = {
    "excellent": ("Excellent", "Keep your current practices."),
    "good": ("Good", "Minor improvements are possible."),
    "fair": ("Fair", "Address the issues below soon."),
    "poor": ("Poor", "This needs attention at once."),
    "critical": ("Critical", "Act now."),
}
NO_SCORE = "Not enough data: no mail and no sending domain is known yet. There is no score rather than a wrong one."
PROVISIONAL = (
    "Not enough data: fewer than 500 clean deliveries in the last weeks. The score is provisional and cannot reach 100."
)
LINES = {
    "complaints": ("Spam complaints", "How many recipients reported your mail as spam."),
    "bounces": ("Bounces", "How much of your mail was returned."),
    "authentication": ("Authentication", "What SPF, DKIM, DMARC and reverse DNS say of your mail."),
    "blocklists": ("Blocklists", "Where your addresses and domains are listed."),
    "engagement": ("Engagement", "How recipients respond: clicks, opens by people, unsubscribes."),
    "limit": ("Limit", "What the score is held down by, whatever else is good."),
}
PARTS = {
    "complaints": "Spam complaints",
    "bounces": "Bounces",
    "spf": "SPF",
    "dkim": "DKIM",
    "dmarc": "DMARC",
    "fcrdns": "Reverse DNS",
    "blocklists": "Blocklists",
    "clicks": "Clicks",
    "opens": "Opens by people",
    "unsubscribes": "Unsubscribes",
}
CAPS = {
    "no_usable_authentication": "Neither SPF nor DKIM is usable.",
    "complaints_critical": "Complaints are at or above 0.3 %, where Gmail and Yahoo refuse mail.",
    "bounces_critical": "Bounces are at or above 10 %.",
    "listing_a": "A blocklist that most receivers obey lists you.",
    "listing_a_shared": "A blocklist that most receivers obey lists an address that you share with others.",
    "no_dmarc_bulk": "Without a DMARC record that your mail passes, large receivers refuse bulk mail.",
    "no_dmarc": "There is no DMARC record that applies to your mail, or most of your mail fails it.",
    "bounces_high": "Bounces are at or above 5 %.",
    "no_dkim_bulk": "Without DKIM, large receivers refuse bulk mail.",
    "no_dkim": "There is no usable DKIM key.",
    "no_spf_bulk": "Without SPF, large receivers refuse bulk mail.",
    "no_spf": "There is no usable SPF record.",
    "spf_pass_all": "The SPF record ends in +all: anybody may send as you.",
    "no_fcrdns": "A sending address of your own has no reverse DNS that leads back to it.",
    "complaints_high": "Complaints are at or above 0.1 %, Gmail's limit for good standing.",
    "listing_b": "A blocklist that many receivers obey lists you.",
    "listing_b_shared": "A blocklist that many receivers obey lists an address that you share with others.",
    "listing_c": "A blocklist that some receivers obey lists an address of your own.",
    "little_evidence": "Too few clean deliveries so far to know better.",
    "worst_domain": "One of the domains with much of the mail does worse than the others.",
}
RATE = "{events} of {messages} messages"
ADVICE = {
    "C1": (
        "Bring complaints down",
        RATE + " in 90 days were reported as spam; the score reckons with {used}. Stop mailing the source that brings "
        "them, put the unsubscribe link where it is seen, offer one-click unsubscribe (RFC 8058), and drop whoever "
        "complained. Goal: {target}.",
    ),
    "C2": (
        "Pause marketing mail now",
        RATE + " in 90 days were reported as spam; the score reckons with {used}. At 0.3 % Gmail and Yahoo refuse "
        "mail. Pause campaigns, write first to those who clicked within 30 days, and offer one-click unsubscribe.",
    ),
    "C3": (
        "Let yourself be told of complaints",
        "Of {messages} delivered messages nobody tells us who complained. Register for feedback loops and Postmaster "
        "Tools at your sending service: it costs no points, and the score becomes surer.",
    ),
    "B1": (
        "Clean the list",
        RATE + " in 90 days bounced; the score reckons with {used}. Remove addresses that bounced hard, verify "
        "imported lists before mailing them, and ask for double opt-in. Goal: {target}.",
    ),
    "B2": (
        "Find out why receivers refuse",
        RATE + " in 90 days came back, more than 1 % refused by policy. Read the texts of the refusals, slow down, and "
        "warm up again. Goal: {target}.",
    ),
    "B3": (
        "Handle full and slow mailboxes",
        RATE + " in 90 days bounced, most of them softly. Retry them later instead of mailing again, and drop an "
        "address after some campaigns without a delivery. Goal: {target}.",
    ),
    "E1": (
        "Write to those who respond",
        RATE + " in 90 days were clicked; the score reckons with {used}. Write to people who were active within 90 "
        "days, and divide the list by interest. Next goal: {target}.",
    ),
    "E2": (
        "Fewer unsubscribes",
        RATE + " in 90 days led to an unsubscribe; the score reckons with {used}. Say at sign-up what will come and "
        "how often, and offer less mail instead of none. Goal: {target}.",
    ),
    "E3": (
        "Trust clicks more than opens",
        "Of {messages} delivered messages nobody tells opens by people from those by programs (Apple's mail privacy, "
        "security scanners), so opens take and give no points. Judge by clicks, replies and sales.",
    ),
    "E4": (
        "Raise opens by people",
        RATE + " in 90 days were opened by people; the score reckons with {used}. Try subjects and sending times on a "
        "part of the list first. Next goal: {target}.",
    ),
    "V1": (
        "Grow slowly",
        "{sent} messages on the latest day, {median} on a usual day of the two weeks before. Receivers distrust sudden "
        "volume from new senders: double it every few days at most.",
    ),
    "A-spf-none": ("Publish SPF", "{domain} has no SPF record. Its page shows the one to publish."),
    "A-spf-permerror": (
        "Repair SPF",
        "The SPF record of {domain} is in error, so receivers ignore all of it. Its page shows where.",
    ),
    "A-spf-not_covering": (
        "Let SPF cover your senders",
        "The SPF record of {domain} is valid but does not cover where your mail comes from. Add that service.",
    ),
    "A-spf-pass_all": ("Take +all out of SPF", "{domain} allows the whole Internet to send as you. End it with ~all."),
    "A-spf-neutral": ("End SPF with ~all", "The SPF record of {domain} ends without a decision. End it with ~all."),
    "A-dkim-none": ("Set up DKIM", "No DKIM key of {domain} was found. Its page shows how your service publishes one."),
    "A-dkim-weak": ("Replace the DKIM key", "The DKIM key of {domain} is too short to be accepted. Use 2048 bits."),
    "A-dkim-revoked": ("Publish the DKIM key again", "The DKIM key of {domain} is revoked: its p= is empty."),
    "A-dkim-fair": ("Use a longer DKIM key", "The DKIM key of {domain} is shorter than 2048 bits."),
    "A-dmarc-absent": (
        "Publish DMARC",
        "{domain} has no DMARC record. Begin with p=none and an address for reports; its page shows the record.",
    ),
    "A-dmarc-invalid": ("Repair DMARC", "The DMARC record of {domain} is void. Its page shows why."),
    "A-dmarc-unaligned": (
        "Align your mail with {domain}",
        "Most of your mail fails DMARC: neither SPF nor DKIM passes for {domain} itself. Sign with a key of {domain}. "
        "Its page shows what receivers reported.",
    ),
    "A-dmarc-p-none": (
        "Go from p=none to quarantine",
        "{domain} only watches. Once its reports show 98 % aligned mail for two weeks, set p=quarantine.",
    ),
    "A-dmarc-p-quarantine": (
        "Go from quarantine to reject",
        "{domain} lets forged mail into spam folders. Once its reports show no loss of your own mail, set p=reject.",
    ),
    "A-dmarc-testing": ("End the test of DMARC", "t=y weakens the policy of {domain} by one step. Take it out."),
    "A-dmarc-rua": ("Ask for DMARC reports", "The DMARC record of {domain} names no address for reports (rua)."),
    "A-fcrdns": (
        "Set reverse DNS",
        "A sending address of {domain} has no name that leads back to it. Whoever gave you the address sets it.",
    ),
    "L-own": ("Get {asset} off {list}", "{asset} is on {list}. Remove the cause first; its checklist leads the way."),
    "L-shared": (
        "Ask your mail service about {list}",
        "{asset}, an address that you share with others, is on {list}. Only your mail service can have it removed.",
    ),
    "L-nothing": (
        "Nothing to do about {list}",
        "{asset} is on {list}, which hardly any receiver obeys. Do not pay for a removal.",
    ),
}


def percent(ppm: int) -> str:
    """Two places at most, rounded down: 1234 is "0.12 %"."""
    whole, rest = divmod(ppm // 100, 100)
    places = f".{rest:02d}".rstrip("0").rstrip(".")
    return f"{whole}{places} %"


def tell(hint: Hint) -> tuple[str, str]:
    """Title and text."""
    title, text = ADVICE[hint.code]
    values = _readable(hint.values)
    return title.format(**values), text.format(**values)


def _readable(values: Mapping[str, Any]) -> dict[str, str]:
    """`used_ppm` is shown as a percentage by the name of `used`."""
    shown = {name: f"{one:,}" if isinstance(one, int) else str(one) for name, one in values.items()}
    return shown | {name[:-4]: percent(one) for name, one in values.items() if name.endswith("_ppm")}


def cap_text(name: str) -> str:
    """A cap of one receiver is called `complaints_critical:gmail`."""
    plain, _, receiver = name.partition(":")
    return f"{CAPS[plain]} This is so at {receiver}." if receiver else CAPS[plain]
