"""The rules of DOMAIN §5 and §6 once more, as simply as can be: seconds, sets, and nothing of the product.

Two clocks count seconds as they pass; whatever the product computes with times and rows has to come out the same.
"""

from dataclasses import dataclass, field

MINUTE, HOUR, DAY = 60, 3600, 86400
GRACE = 60 * MINUTE
NINE_DAYS = 9 * DAY
OVER = {"finished", "replied", "bounced", "unsubscribed", "suppressed", "campaign_stopped"}


@dataclass
class Person:
    """A recipient of one campaign."""

    account: str | None = None  # whose follow-ups these will be
    mails: dict[str, int] = field(default_factory=dict)  # by account
    state: str = "active"


@dataclass
class Ticking:
    kind: str  # grace | nine_days
    counted: float = 0


@dataclass
class Place:
    """An account in the FROM list of one campaign."""

    state: str = "active"  # active | paused | removed
    clock: Ticking | None = None
    wants_back: bool = False  # asked for while the account was still away


@dataclass
class Campaign:
    rotation: bool
    places: dict[str, Place]
    people: dict[str, Person]
    auto_resume: bool = False
    state: str = "running"
    reason: str | None = None
    stopped_by_rule: int = 0


@dataclass
class Model:
    campaigns: dict[str, Campaign]
    accounts: dict[str, str] = field(default_factory=dict)  # connected | inactive | disconnected
    failing: dict[str, float] = field(default_factory=dict)  # counted seconds since the first confirmed failure

    # What happens to an account

    def breaks(self, account: str) -> None:
        if self.accounts[account] != "connected":
            return
        self.accounts[account], self.failing[account] = "inactive", 0
        for campaign, place in self._using(account):
            if place.state == "active":
                self._stands_still(campaign, place, account)

    def _stands_still(self, campaign: Campaign, place: Place, account: str) -> None:
        place.state = "paused"
        if campaign.rotation:
            place.clock = Ticking("nine_days", self.failing[account])
        else:
            self._pause(campaign, "connection_inactive")

    def works_again(self, account: str) -> None:
        """By itself, or renewed in one click: the account was never disconnected."""
        if self.accounts[account] != "inactive":
            return
        self._back(account)

    def disconnected(self, account: str) -> None:
        if self.accounts[account] == "disconnected":
            return
        self.accounts[account] = "disconnected"
        for campaign, place in self._using(account):
            if not campaign.rotation:
                place.state = "paused"
                self._pause(campaign, "disconnected")
            elif place.state != "removed":
                place.state, place.clock = "removed", Ticking("grace")

    def reconnected(self, account: str) -> None:
        """The second of the two steps."""
        if self.accounts[account] == "disconnected":
            self._back(account)

    def _back(self, account: str) -> None:
        self.accounts[account] = "connected"
        for campaign, place in self._using(account):
            if place.state == "paused":
                place.state, place.clock = "active", None
                if not campaign.rotation and campaign.auto_resume:
                    self._resume(campaign)
            elif place.state == "removed" and place.wants_back:
                self._re_added(campaign, place, account)

    def replaced(self, old: str, new: str) -> None:
        """Another address in the slot of an account that was disconnected."""
        self.accounts[new] = "connected"
        for campaign, _ in self._using(old):
            if campaign.rotation:
                continue
            campaign.places = {new: Place()}
            for who in campaign.people.values():
                who.account = new if who.account == old else who.account
                who.mails = {new if key == old else key: count for key, count in who.mails.items()}
            if campaign.auto_resume:
                self._resume(campaign)

    # What people do

    def asks_back(self, name: str, account: str) -> None:
        """Re-adding; while the account is away it is a wish for the moment it comes back."""
        campaign, place = self.campaigns[name], self.campaigns[name].places[account]
        if place.state != "removed":
            return
        lost = self.accounts[account] == "inactive" and self.failing[account] > NINE_DAYS
        if self.accounts[account] == "disconnected" or lost:
            place.wants_back = True
        else:
            self._re_added(campaign, place, account)

    def _re_added(self, campaign: Campaign, place: Place, account: str) -> None:
        """It may have failed anew since it was reconnected: then that trouble goes on, as old as it is."""
        place.state, place.clock, place.wants_back = "active", None, False
        if self.accounts[account] == "inactive":
            self._stands_still(campaign, place, account)

    def resumed(self, name: str) -> None:
        campaign = self.campaigns[name]
        if self.can_resume(name):
            self._resume(campaign)

    def can_resume(self, name: str) -> bool:
        campaign = self.campaigns[name]
        return campaign.state == "paused" and any(place.state == "active" for place in campaign.places.values())

    def _resume(self, campaign: Campaign) -> None:
        if campaign.state == "paused" and campaign.reason in ("connection_inactive", "disconnected"):
            campaign.state, campaign.reason = "running", None

    def _pause(self, campaign: Campaign, reason: str) -> None:
        if campaign.state == "running":
            campaign.state, campaign.reason = "paused", reason

    # Mail

    def may_write(self, name: str, person: str, account: str) -> bool:
        campaign, who = self.campaigns[name], self.campaigns[name].people[person]
        place = campaign.places[account]
        usable = campaign.state == "running" and place.state == "active" and self.accounts[account] == "connected"
        return usable and who.state not in OVER and who.account in (None, account)

    def wrote(self, name: str, person: str, account: str) -> None:
        who = self.campaigns[name].people[person]
        who.account = account
        who.mails[account] = who.mails.get(account, 0) + 1

    # Time

    def passes(self, seconds: float, *, counts: bool = True) -> None:
        """``counts`` false: we were down, or the provider was in trouble; both clocks stand meanwhile."""
        for account in self.failing:
            self.failing[account] += seconds if counts else 0
        for campaign in self.campaigns.values():
            for account, place in campaign.places.items():
                clock = place.clock
                if clock is None:
                    continue
                clock.counted += seconds if counts else 0
                if clock.counted > (GRACE if clock.kind == "grace" else NINE_DAYS):
                    self._time_is_up(campaign, account, place)

    def _time_is_up(self, campaign: Campaign, account: str, place: Place) -> None:
        place.state, place.clock = "removed", None
        for who in campaign.people.values():
            if who.account != account or who.state in OVER:
                continue
            if who.mails.get(account):
                who.state = "campaign_stopped"
                campaign.stopped_by_rule += 1
            else:
                who.account = None

    def at_stake(self, name: str, account: str) -> int:
        people = self.campaigns[name].people.values()
        return sum(who.account == account and who.state not in OVER and bool(who.mails.get(account)) for who in people)

    def remaining(self, name: str, account: str) -> float | None:
        clock = self.campaigns[name].places[account].clock
        return None if clock is None else (GRACE if clock.kind == "grace" else NINE_DAYS) - clock.counted

    def _using(self, account: str) -> list[tuple[Campaign, Place]]:
        return [(one, one.places[account]) for one in self.campaigns.values() if account in one.places]
