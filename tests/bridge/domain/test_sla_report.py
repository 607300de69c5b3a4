"""How promises were kept, counted from stories of tickets (rules T3, T9)."""

from datetime import timedelta

from bridge.domain.policies import ClockKind
from bridge.domain.sla_report import MEDIAN, NINETIETH, Kept, ReportKey, SlaReport
from bridge.domain.ticket_terms import LICENCE
from bridge.domain.tickets import MessageKind
from tests.support.ticket_stories import BASE, ESSENTIAL, TEHRAN, Story, hours

LATER = "2026-12-20 10:00"
ORDER = (BASE, ESSENTIAL, LICENCE)
FIRST, NEXT = ClockKind.FIRST_ANSWER, ClockKind.NEXT_ANSWER


def a_report(*stories: Story, begin: str = "2026-11-01 00:00", end: str = "2026-12-01 00:00") -> SlaReport:
    at = Story("2026-11-01 00:00").at
    report = SlaReport(TEHRAN, at(begin), at(end))
    for story in stories:
        report.take(story.clocks(LATER))
    return report


def totals(report: SlaReport) -> dict[ReportKey, Kept]:
    return dict(report.totals(ORDER))


def counted(kept: Kept) -> tuple[int, int, int, int, int]:
    return kept.met, kept.breached, kept.late, kept.open, kept.withdrawn


def test_T3_each_promise_is_counted_once_by_what_became_of_it() -> None:
    met = Story("2026-11-23 10:00", BASE).answered("2026-11-23 12:00")
    breached = Story("2026-11-23 10:00", BASE).answered("2026-11-25 12:00")
    unanswered = Story("2026-11-23 10:00", BASE)
    withdrawn = Story("2026-11-23 10:00", BASE).says("2026-11-23 11:00", MessageKind.NO_ANSWER_NEEDED)
    asked_twice = Story("2026-11-23 10:00", BASE).answered("2026-11-23 11:00").asks("2026-11-24 09:00")
    found = totals(a_report(met, breached, unanswered, withdrawn, asked_twice.answered("2026-11-24 10:00")))
    assert counted(found[ReportKey(BASE, FIRST)]) == (2, 2, 0, 0, 1)
    assert counted(found[ReportKey(BASE, NEXT)]) == (1, 0, 0, 0, 0)
    assert (found[ReportKey(BASE, FIRST)].owed, len(found[ReportKey(BASE, FIRST)].answers)) == (4, 3)


def test_T3_a_best_effort_is_late_and_never_breached() -> None:
    late = Story("2026-11-23 10:00", LICENCE).answered("2026-12-15 10:00")
    assert counted(totals(a_report(late))[ReportKey(LICENCE, FIRST)]) == (0, 0, 1, 0, 0)


def test_what_still_runs_in_time_is_open() -> None:
    running = Story("2026-11-30 10:00", BASE)
    report = SlaReport(TEHRAN, running.at("2026-11-01 00:00"), running.at("2026-12-01 00:00"))
    report.take(running.clocks("2026-11-30 11:00"))
    assert counted(totals(report)[ReportKey(BASE, FIRST)]) == (0, 0, 0, 1, 0)


def test_T6_how_long_an_answer_took_is_service_time_outside_of_waits() -> None:
    # Thursday and Friday are no days of service of Essential.
    over_the_weekend = Story("2026-11-25 18:00").answered("2026-11-28 10:00")
    kept = totals(a_report(over_the_weekend))[ReportKey(ESSENTIAL, FIRST)]
    assert kept.within(MEDIAN) == [hours(16)]


def test_median_and_p90_are_times_that_occurred() -> None:
    stories = [
        Story("2026-11-23 10:00", BASE).answered(f"2026-11-23 {10 + took}:00")
        for took in (3, 1, 10, 2, 9, 4, 5, 6, 7, 8)
    ]
    kept = totals(a_report(*stories))[ReportKey(BASE, FIRST)]
    assert kept.within(MEDIAN, NINETIETH, 100, 1) == [hours(5), hours(9), hours(10), hours(1)]
    assert Kept().within(MEDIAN, NINETIETH) == [None, None]
    alone = totals(a_report(stories[0]))[ReportKey(BASE, FIRST)]
    assert alone.within(MEDIAN, NINETIETH) == [hours(3), hours(3)]


def test_a_clock_belongs_to_the_period_in_which_it_started() -> None:
    story = Story("2026-10-31 23:59", BASE).answered("2026-11-01 08:00").asks("2026-11-01 00:00")
    before, first_moment, last = (
        Story("2026-10-31 23:59", BASE),
        Story("2026-11-01 00:00", BASE),
        Story("2026-11-30 23:59", BASE),
    )
    after = Story("2026-12-01 00:00", BASE)
    assert totals(a_report(before, first_moment, last, after))[ReportKey(BASE, FIRST)].breached == 2
    assert list(totals(a_report(story))) == []


def test_the_hour_of_the_week_is_that_of_the_stores_zone() -> None:
    monday, sunday = Story("2026-11-23 00:00", BASE), Story("2026-11-29 23:59", BASE)
    again = Story("2026-11-23 00:59", BASE).answered("2026-11-23 01:00")
    found = [(hour, kept.breached, kept.met) for _, hour, kept in a_report(monday, sunday, again).hours(ORDER)]
    assert found == [(0, 1, 1), (167, 1, 0)]


def test_standings_come_in_the_order_asked_for_and_others_after_them() -> None:
    stories = [Story("2026-11-23 10:00", standing) for standing in ("gone", LICENCE, ESSENTIAL, BASE)]
    assert [key.standing for key in totals(a_report(*stories))] == [BASE, ESSENTIAL, LICENCE, "gone"]


def test_all_hours_together_are_the_sum_of_the_hours() -> None:
    stories = [
        Story(f"2026-11-{day:02} {hour:02}:30", BASE).answered(f"2026-11-{day + took:02} {hour:02}:30")
        for day, hour, took in ((2, 1, 0), (3, 1, 2), (9, 1, 1), (11, 7, 3))
    ]
    report = a_report(*stories)
    together = Kept()
    for _, _, kept in report.hours(ORDER):
        together.add(kept)
    total = totals(report)[ReportKey(BASE, FIRST)]
    assert (counted(together), together.within(MEDIAN, NINETIETH)) == (counted(total), total.within(MEDIAN, NINETIETH))
    assert total.within(NINETIETH) == [timedelta(days=3)]
