"""The benchmark of appointments asks what it says that it asks, of clinics as it says, and finds what is there."""

import asyncio
import json
from collections import Counter
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest

from bench.appointments.filling import appointment_id
from bench.appointments.requests import EXPECTED, MIX, Kind, Load, Request
from bench.appointments.results import P95_MS, ClinicResults, Found, Window, window_of
from bench.appointments.search import CLOSE, highest_rate
from bench.appointments.sending import Heard, answered, departures
from bench.appointments.stacks import HELD, RIVAL, Frontdesk
from bench.appointments.world import (
    OF_CLINIC,
    PATIENTS,
    VISIT,
    World,
    doctor_name,
    patient_name,
    shuffled,
    world_of,
)
from bench.errors import BenchError
from frontdesk import bootstrap
from frontdesk.config import Settings
from frontdesk.entrypoints.server import Server

TODAY = date(2026, 11, 21)
WORLD = World(2, TODAY)


def load(world: World = WORLD) -> Load:
    """Return requests in which a clinic's token is its number, and a visit's id too."""
    return Load(world, str, str, turn=0)


def read(request: Request) -> tuple[str, str, dict[str, str], dict[str, Any]]:
    """Take a request apart: its method, path, headers and body."""
    head, _, body = request.sent.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    method, path, _ = first.split(" ")
    return method, path, dict(line.split(": ", 1) for line in lines), json.loads(body or b"{}")


def test_a_clinic_has_ten_thousand_visits_and_nobody_is_in_two_places() -> None:
    visits = [WORLD.visit(n) for n in range(OF_CLINIC)]

    assert len({(one.doctor, one.moment.start) for one in visits}) == OF_CLINIC
    assert len({(one.patient, one.moment.start) for one in visits}) == OF_CLINIC
    assert Counter(one.patient for one in visits) == dict.fromkeys(range(PATIENTS), 5)
    assert {one.is_over for one in visits if one.moment.day < TODAY} == {True}
    assert {one.is_over for one in visits if one.moment.day > TODAY} == {False}
    assert {one.moment.day.isoweekday() for one in visits} == {1, 2, 3, 4, 5}


def test_what_is_free_is_not_taken() -> None:
    taken = {(one.clinic, one.doctor, one.moment.start) for one in WORLD.all_visits()}
    free = {(one.clinic, one.doctor, one.moment.start) for one in map(WORLD.slot, range(WORLD.free))}

    assert len(free) == WORLD.free
    assert not free & taken


def test_a_part_of_a_clinic_is_refused() -> None:
    assert world_of(30_000, TODAY).clinics == 3
    with pytest.raises(BenchError, match="multiple"):
        world_of(OF_CLINIC + 1, TODAY)


def test_chance_yields_each_once_and_then_says_so() -> None:
    drawn = shuffled(100, turn=3)

    assert sorted(islice(drawn, 100)) == list(range(100))
    with pytest.raises(BenchError, match="used up"):
        next(drawn)


def test_of_twenty_requests_the_mix_is_as_said() -> None:
    kinds = Counter(one.kind for one in islice(load(), 200))

    assert kinds == {kind: 10 * times for kind, times in MIX.items()}


def moment(body: dict[str, Any]) -> tuple[str, str]:
    return body["appointment_date"], body["appointment_time"]


def test_no_request_of_the_load_can_be_refused() -> None:
    """A whole load, followed: no time is asked for twice, no visit changed twice, and nobody booked into two places."""
    visits = {visit.n: visit for visit in WORLD.all_visits()}
    doctors = {
        (one.clinic, doctor_name(one.doctor), (one.moment.day.isoformat(), one.moment.clock))
        for one in visits.values()
    }
    patients = {
        (one.clinic, patient_name(one.patient), (one.moment.day.isoformat(), one.moment.clock))
        for one in visits.values()
    }
    changed: set[int] = set()
    for request in islice(load(), 6_000):
        method, path, headers, body = read(request)
        if request.kind is Kind.BOOK:
            clinic = int(body["clinic_id"].removeprefix("clinic-"))
            who = body["patient_name"]
        else:
            n = int(path.removeprefix("/appointments/"))
            clinic, who = visits[n].clinic, patient_name(visits[n].patient)
            if request.kind is not Kind.READ:
                assert n not in changed
                assert not visits[n].is_over
                changed.add(n)
        assert headers["Authorization"] == f"Bearer {clinic}"
        assert ("Idempotency-Key" in headers) == (method == "POST")
        if request.kind in {Kind.BOOK, Kind.MOVE}:
            taken = (clinic, body["doctor_name"], moment(body))
            there = (clinic, who, moment(body))
            assert taken not in doctors
            assert there not in patients
            doctors.add(taken)
            patients.add(there)


def test_requests_leave_as_often_as_asked_and_in_order() -> None:
    times = departures(500, 4.0, Random(1))  # noqa: S311 - no secret

    assert times == sorted(times)
    assert times[-1] < 4.0
    assert 1_800 < len(times) < 2_200


@pytest.mark.parametrize(
    ("received", "status"),
    [
        (b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}", 201),
        (b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n", 404),
        (b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{", None),
        (b"HTTP/1.1 201 Created\r\nContent-Le", None),
    ],
)
def test_an_answer_counts_when_it_is_whole(received: bytes, status: int | None) -> None:
    assert answered(received) == status


@pytest.mark.parametrize("start", [10.0, 600.0, 5_000.0])
def test_the_highest_rate_is_found_from_below_and_from_above(start: float) -> None:
    rate, tried = highest_rate(lambda rate: rate <= 1_234, start)

    assert 1_234 / CLOSE <= rate <= 1_234
    assert all(one.held == (one.rate <= 1_234) for one in tried)


def test_a_rate_fails_only_when_it_fails_twice() -> None:
    asked: list[float] = []

    def stumbles_once(rate: float) -> bool:
        asked.append(rate)
        return rate <= 700 and len(asked) > 1

    assert highest_rate(stumbles_once, 600.0)[0] >= 600


def test_a_bad_moment_of_the_machine_is_not_the_last_word() -> None:
    asked: list[float] = []

    def slow_for_a_while(rate: float) -> bool:
        asked.append(rate)
        return rate <= (1_234 if len(asked) > 8 else 300)

    rate, tried = highest_rate(slow_for_a_while, 600.0)

    assert 1_234 / CLOSE <= rate <= 1_234
    assert len(tried) < 20


def test_where_nothing_is_held_nothing_is_found() -> None:
    assert highest_rate(lambda _: False, 600.0)[0] == 0.0


def heard(millis: list[float], *, busy: int = 0, gave_up: bool = False) -> Heard:
    found = Heard(sent=len(millis), asked=len(millis), busy=busy, gave_up=gave_up)
    found.millis[Kind.READ] = millis
    return found


def test_a_rate_is_held_when_nineteen_of_twenty_are_in_time_and_nobody_is_sent_away() -> None:
    quick, late = [P95_MS - 5] * 96, [P95_MS + 100]

    assert window_of(100, heard(quick + late * 4), 1.0).held
    assert not window_of(100, heard(quick + late * 6), 1.0).held
    assert not window_of(100, heard(quick, busy=1), 1.0).held
    assert not window_of(100, heard(quick, gave_up=True), 1.0).held


def test_the_bar_is_three_times_the_rival_in_the_middle_of_the_pairs() -> None:
    def found(rate: float) -> Found:
        window = Window(rate, 1, 0, False, 1.0, 1.0, 1.0, 1.0, {})
        return Found(rate, window, (), 1)

    results = ClinicResults({}, {RIVAL: "the rival", HELD: "ours"}, OF_CLINIC)
    results.found[RIVAL] = [found(100), found(100), found(100)]
    results.found[HELD] = [found(250), found(310), found(900)]

    (bar,) = results.bars
    assert bar.found == pytest.approx(3.1)
    assert results.is_met
    assert not results.is_verdict
    assert results.document()["ratios"] == {HELD: [2.5, 3.1, 9.0]}


def test_ours_serves_what_was_stored_for_it_and_takes_every_kind_of_request(tmp_path: Path) -> None:
    world = World(1, datetime.now().astimezone().date())
    stack = Frontdesk(tmp_path, held=True)
    stack.fill(world)
    stack.prepare(world)

    async def scenario() -> None:
        server = Server(Settings(data=stack.data, hold_reactions=True), bootstrap.choose(["appointments"]))
        await server.start()
        try:
            transport = httpx.ASGITransport(server)
            async with httpx.AsyncClient(transport=transport, base_url="http://desk") as client:
                for request in islice(Load(world, stack.token, stack.id, turn=0), 60):
                    method, path, headers, body = read(request)
                    headers.pop("Content-Length", "")
                    answer = await client.request(method, path, headers=headers, json=body or None)
                    assert answer.status_code == EXPECTED[request.kind], answer.text
                visit = world.visit(0)
                headers = {"Authorization": f"Bearer {stack.token(0)}"}
                shown = (await client.get(f"/appointments/{appointment_id(0)}", headers=headers)).json()
                assert shown["state"] == "fulfilled"
                assert shown["patient_name"] == patient_name(visit.patient)
                assert datetime.fromisoformat(shown["end_utc"]) == visit.moment.start + VISIT
        finally:
            await server.stop()

    asyncio.run(scenario())
    assert stack.doubles() == 0
