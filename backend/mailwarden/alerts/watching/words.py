"""What an alert of a rule says: the value, what it is measured against, and from when on the rule alarms."""

from fractions import Fraction

from mailwarden.alerts.watching.catalogue import SPECS, TIERS, Rule, RuleKind, number
from mailwarden.alerts.watching.history import Subject
from mailwarden.alerts.watching.state import Change, Reading

PAGES = {
    RuleKind.SCORE_DROP: "/deliverability",
    RuleKind.BOUNCE_SPIKE: "/dashboard",
    RuleKind.COMPLAINT_INCREASE: "/dashboard",
    RuleKind.BLOCKLIST_ADDITION: "/deliverability",
    RuleKind.SYNC_FAILURE: "/integrations",
    RuleKind.DATA_STALE: "/integrations",
}
TITLES = {
    RuleKind.SCORE_DROP: "Deliverability score fell",
    RuleKind.BOUNCE_SPIKE: "Bounce rate rose",
    RuleKind.COMPLAINT_INCREASE: "Spam complaints rose",
    RuleKind.BLOCKLIST_ADDITION: "Listed on a blocklist",
    RuleKind.SYNC_FAILURE: "Syncs fail",
    RuleKind.DATA_STALE: "Data out of date",
}
OVER = {
    RuleKind.SCORE_DROP: "Deliverability score is back",
    RuleKind.BOUNCE_SPIKE: "Bounce rate is back to usual",
    RuleKind.COMPLAINT_INCREASE: "Spam complaints are back to usual",
    RuleKind.BLOCKLIST_ADDITION: "No longer listed",
    RuleKind.SYNC_FAILURE: "Syncs work again",
    RuleKind.DATA_STALE: "Data up to date again",
}
SETTLED = (
    "It has stayed there so long that we take it for the new usual level. From now on it is measured against that."
)


def title(kind: RuleKind, subject: Subject) -> str:
    return f"{TITLES[kind]}: {subject.label}"


def over_title(kind: RuleKind, change: Change, label: str) -> str:
    if change is Change.SETTLED:
        return f"New usual level: {label}"
    return f"{OVER[kind]}: {label}"


def body(rule: Rule, reading: Reading) -> str:
    threshold = number(rule.threshold)
    match rule.kind:
        case RuleKind.SCORE_DROP:
            value, base = reading.value or Fraction(0), reading.baseline or Fraction(1)
            fall = (base - value) / base * 100
            return (
                f"The score is {decimal(value, 0)}, which is {decimal(fall, 1)} % below {decimal(base, 1)}, the mean "
                f"of the 7 days before. This rule alerts from {threshold} % on."
            )
        case RuleKind.BOUNCE_SPIKE | RuleKind.COMPLAINT_INCREASE:
            return _rate(rule, reading, threshold)
        case RuleKind.BLOCKLIST_ADDITION:
            return reading.detail or "A blocklist names it."
        case RuleKind.SYNC_FAILURE:
            why = f" The last one: {reading.detail.rstrip('.')}." if reading.detail else ""
            many = "The last sync failed." if threshold == "1" else f"The last {threshold} syncs failed."
            return f"{many}{why} What was read before is kept."
        case RuleKind.DATA_STALE:
            hours = decimal(reading.value or Fraction(0), 0)
            return f"Nothing was read completely for {hours} hours. This rule alerts from {threshold} hours on."


def _rate(rule: Rule, reading: Reading, threshold: str) -> str:
    value, base = reading.value or Fraction(0), reading.baseline or Fraction(0)
    places = 1 if rule.kind is RuleKind.BOUNCE_SPIKE else 3
    what = "bounce rate" if rule.kind is RuleKind.BOUNCE_SPIKE else "rate of spam complaints"
    return (
        f"The {what} is {decimal(value * 100, places)} % of {reading.volume or 0:,} messages, "
        f"{decimal((value - base) * 100, places)} percentage points above {decimal(base * 100, places)} %. "
        f"This rule alerts from {threshold} on."
    )


def over_body(kind: RuleKind, change: Change) -> str:
    return SETTLED if change is Change.SETTLED else f"This ends the notice \u201c{TITLES[kind]}\u201d."


def decimal(value: Fraction, places: int) -> str:
    """Rounded half up, and with exactly so many places."""
    scaled = value * 10**places
    whole = (scaled.numerator * 2 + scaled.denominator) // (scaled.denominator * 2)
    sign, digits = "-" if whole < 0 else "", f"{abs(whole):0{places + 1}d}"
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"


def unit_words(kind: RuleKind) -> str:
    if kind is RuleKind.BLOCKLIST_ADDITION:
        return f"tier: 1 for {TIERS[0]} up to {len(TIERS)} for {TIERS[-1]}"
    return str(SPECS[kind].unit).replace("_", " ")
