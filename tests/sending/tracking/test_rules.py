"""People, machines, and what one cannot tell."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwarden.sending.tracking.rules import (
    By,
    Judgement,
    Reason,
    Seen,
    judge_all,
    judge_request,
    tally,
    unsubscribe_headers,
)

SENT = datetime(2026, 1, 5, 9, tzinfo=UTC)
MAIL, LINK, OTHER = UUID(int=1), UUID(int=2), UUID(int=3)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
GMAIL = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
OUTLOOK = "Mozilla/4.0 (compatible; ms-office; MSOffice 16)"
PHONE = "Mozilla/5.0 (Linux; Android 9; CUBOT X19) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile"
HUMAN = Judgement(By.HUMAN)


def click(after_s: float, link: UUID = LINK, judged: Judgement = HUMAN, subject: UUID | None = MAIL) -> Seen:
    return Seen("click", SENT + timedelta(seconds=after_s), judged, subject, link)


def opened(after_s: float, judged: Judgement = HUMAN) -> Seen:
    return Seen("open", SENT + timedelta(seconds=after_s), judged, MAIL)


def judged(seen: list[Seen], sent_at: datetime | None = SENT) -> list[tuple[By, Reason | None]]:
    return [(one.judged.by, one.judged.reason) for one in judge_all(seen, sent_at)]


@pytest.mark.parametrize(
    ("agent", "by", "reason"),
    [
        (FIREFOX, By.HUMAN, None),
        (OUTLOOK, By.HUMAN, None),
        (PHONE, By.HUMAN, None),
        ("Mozilla/5.0", By.MACHINE, Reason.APPLE),
        (GMAIL, By.UNKNOWN, Reason.PROXY),
        ("YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html", By.UNKNOWN, Reason.PROXY),
        ("", By.MACHINE, Reason.NO_AGENT),
        ("curl/8.5.0", By.MACHINE, Reason.PROGRAM),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", By.MACHINE, Reason.PROGRAM),
        ("Mozilla/5.0 (X11) AppleWebKit/537.36 HeadlessChrome/140.0 Safari/537.36", By.MACHINE, Reason.PROGRAM),
        ("Barracuda Sentinel (EE)", By.MACHINE, Reason.PROGRAM),
        ("SomethingNew/1.0", By.UNKNOWN, Reason.UNFAMILIAR),
    ],
)
def test_what_a_request_says_of_itself(agent: str, by: By, reason: Reason | None) -> None:
    assert judge_request("GET", {"user-agent": agent}) == Judgement(by, reason)


def test_questions_ahead_of_time_are_machines() -> None:
    assert judge_request("HEAD", {"user-agent": FIREFOX}).reason is Reason.HEAD
    assert judge_request("GET", {"user-agent": FIREFOX, "sec-purpose": "prefetch;prerender"}).reason is Reason.PREFETCH


@given(st.text(), st.sampled_from(["GET", "HEAD"]))
def test_only_a_known_reader_is_human(agent: str, method: str) -> None:
    if judge_request(method, {"user-agent": agent}).by is By.HUMAN:
        assert any(word in agent.lower() for word in ("applewebkit/", "gecko/", "trident/", "msie ", "outlook"))


def test_nobody_reads_within_seconds() -> None:
    proxy = Judgement(By.UNKNOWN, Reason.PROXY)
    assert judged([opened(4.9), opened(5)]) == [(By.MACHINE, Reason.TOO_SOON), (By.HUMAN, None)]
    assert judged([opened(59, proxy), opened(61, proxy)]) == [
        (By.MACHINE, Reason.PROXY_TOO_SOON),
        (By.UNKNOWN, Reason.PROXY),
    ]


def test_what_comes_before_the_mail_left_proves_nothing() -> None:
    assert judged([opened(-1)]) == [(By.UNKNOWN, Reason.NOT_SENT)]
    assert judged([opened(60)], None) == [(By.UNKNOWN, Reason.NOT_SENT)]


def test_several_links_at_once_are_a_scanner() -> None:
    assert judged([click(100), click(101, OTHER)]) == [(By.MACHINE, Reason.BURST)] * 2
    assert judged([click(100), click(103, OTHER)]) == [(By.HUMAN, None)] * 2
    assert judged([click(100), click(100.5)]) == [(By.HUMAN, None)] * 2, "a double click"
    assert judged([click(100), click(101, OTHER, subject=OTHER)]) == [(By.HUMAN, None)] * 2, "two people"


seen = st.lists(
    st.builds(
        Seen,
        st.sampled_from(["open", "click"]),
        st.integers(-5_000, 400_000).map(lambda ms: SENT + timedelta(milliseconds=ms)),
        st.sampled_from([HUMAN, Judgement(By.UNKNOWN, Reason.PROXY), Judgement(By.MACHINE, Reason.APPLE)]),
        st.sampled_from([MAIL, None]),
        st.sampled_from([LINK, OTHER]),
    ),
    max_size=20,
)


@given(seen, st.none() | st.just(SENT))
def test_time_never_makes_a_person_of_what_was_none(events: list[Seen], sent_at: datetime | None) -> None:
    told = judge_all(events, sent_at)
    figures = tally(told)
    assert figures.human + figures.machine + figures.unknown == len(events)
    assert figures.human <= sum(one.judged.by is By.HUMAN for one in events)
    assert figures.machine >= sum(one.judged.by is By.MACHINE for one in events)
    assert sent_at is not None or figures.human == 0
    assert all(one.judged.reason for one in told if one.judged.by is not By.HUMAN)


@given(seen, st.data())
def test_what_is_known_late_does_not_depend_on_the_order_of_arrival(events: list[Seen], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(events))
    assert tally(judge_all(events, SENT)) == tally(judge_all(shuffled, SENT))


def test_headers_of_one_click() -> None:
    assert unsubscribe_headers("https://mail.example/t/u/x") == {
        "List-Unsubscribe": "<https://mail.example/t/u/x>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
