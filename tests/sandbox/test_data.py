from itertools import pairwise

from mailwarden_sandbox.data.book import CampaignBook, Status
from mailwarden_sandbox.data.columns import Traits
from mailwarden_sandbox.data.totals import Window, counts, sent_emails, totals

NOW = 1_795_305_600  # a midnight
DAY = 86_400


def book(seed: str = "a", size: int = 400) -> CampaignBook:
    return CampaignBook(seed, size, NOW, Traits(sms_share=0.04, cancelled_share=0.02))


def test_the_same_seed_makes_the_same_campaigns_and_another_seed_others():
    one, twin, other = book(), book(), book("b")
    assert one.columns == twin.columns
    assert one.columns != other.columns
    assert [one.figures(i, NOW) for i in range(400)] == [twin.figures(i, NOW) for i in range(400)]


def test_campaigns_spread_over_two_years_with_every_status():
    told, sends = counts(book(), NOW), [s for s in book().columns.send if s]
    assert NOW - 731 * DAY < min(sends) < NOW - 700 * DAY
    assert NOW < max(sends) < NOW + 15 * DAY
    assert all(told[name] > 0 for name in ("sent", "scheduled", "draft", "cancelled", "archived", "sms"))
    assert told["campaigns"] == told["sent"] + told["scheduled"] + told["draft"] + told["cancelled"]


def test_figures_grow_for_a_week_after_sending_and_never_shrink():
    campaigns = book()
    index = campaigns.sent_between(NOW - 2 * DAY, NOW, NOW)[-1]
    ages = [campaigns.figures(index, NOW + hours * 3600) for hours in range(0, 24 * 10, 6)]
    assert all(before.opened <= after.opened for before, after in pairwise(ages))
    assert ages[0].opened < ages[-1].opened
    assert ages[-1] == campaigns.figures(index, NOW + 400 * DAY)
    assert {f.sent for f in ages} == {ages[0].sent}


def test_figures_add_up():
    campaigns = book()
    for index in sent_emails(campaigns, Window(), NOW):
        f = campaigns.figures(index, NOW)
        assert f.sent == f.delivered + f.bounced + f.failed
        assert f.delivered >= f.opened >= f.clicked


def test_a_scheduled_campaign_is_sent_when_its_time_comes():
    campaigns = book()
    index = next(i for i in range(400) if campaigns.status(i, NOW) is Status.SCHEDULED)
    assert campaigns.figures(index, NOW).sent == 0
    later = campaigns.columns.send[index]
    assert campaigns.status(index, later) is Status.SENT
    assert campaigns.figures(index, later).sent > 0
    assert campaigns.updated(index, later) > later


def test_a_window_counts_from_its_start_up_to_before_its_end():
    campaigns = book()
    index = sent_emails(campaigns, Window(), NOW)[50]
    when = float(campaigns.columns.send[index])
    assert index in sent_emails(campaigns, Window(when, when + 1), NOW)
    assert index not in sent_emails(campaigns, Window(when - 1, when), NOW)


def test_totals_can_leave_out_the_archived():
    campaigns = book()
    everything, unarchived = (sent_emails(campaigns, Window(include_archived=flag), NOW) for flag in (True, False))
    assert len(everything) > len(unarchived)
    assert totals(campaigns, everything, NOW)["sent"] > totals(campaigns, unarchived, NOW)["sent"]
