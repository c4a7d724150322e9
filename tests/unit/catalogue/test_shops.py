"""Shops: set by their owner, opened and closed by their staff, read by everybody."""

from datetime import time
from typing import Any

import msgspec
import pytest

from frontdesk.declarations import check_services
from frontdesk.kernel.callers import Caller
from frontdesk.services.catalogue.commands import SetProduct, SetShop
from frontdesk.services.catalogue.demo import DEMO_SHOP, DEMO_SHOPS
from frontdesk.services.catalogue.events import OpenHours, ShopChanged, SoldChannel
from frontdesk.services.catalogue.service import SERVICE
from tests.unit.catalogue.shops import ALL, ANA, OWNER, RIVAL, SHOP, STAFF, plain, shopping_street
from tests.unit.driver import Desk, content, faults

MONDAY = {"weekday": 1, "start": "09:00", "end": "18:00"}


def test_the_service_is_declared_in_a_way_that_works() -> None:
    check_services([SERVICE])


def test_the_demo_data_is_what_the_api_would_accept() -> None:
    for shop, products in DEMO_SHOPS.values():
        assert msgspec.convert(plain(shop), SetShop) == shop
        for sku, product in products.items():
            assert msgspec.convert(plain(product), SetProduct) == product, sku


def test_a_new_shop_is_open_and_everybody_hears_of_it() -> None:
    desk = Desk(SERVICE)
    wish = {"name": "Snacks", "currency": "EUR", "channels": {"web": {"tax_included": True}}}

    answer = desk.send(OWNER, f"PUT {SHOP}", wish)

    assert (answer.status, answer.headers["etag"]) == (200, '"1"')
    assert content(answer) == {
        "shop_id": "corner-snacks",
        **wish,
        "on_shortage": "reject",
        "time_zone": "UTC",
        "hours": [],
        "open": True,
        "event_source": "frontdesk",
    }
    assert desk.heard(ShopChanged) == [
        ShopChanged(
            shop_id="corner-snacks",
            name="Snacks",
            currency="EUR",
            channels=(SoldChannel("web", True),),
            open=True,
            time_zone="UTC",
            hours=(),
            waits=False,
            event_source="frontdesk",
        )
    ]


def test_opening_hours_are_told_in_the_order_of_the_week() -> None:
    desk = shopping_street()
    late = {"weekday": 6, "start": "20:00", "end": "24:00"}
    early = {"weekday": 6, "start": "06:30", "end": "12:00"}
    wish = plain(DEMO_SHOP, time_zone="Europe/Berlin", hours=[late, MONDAY, early], on_shortage="backorder")

    answer = content(desk.send(OWNER, f"PUT {SHOP}", wish))

    assert answer["hours"] == [MONDAY, early, late]
    told = desk.heard(ShopChanged)[-1]
    assert (told.time_zone, told.waits) == ("Europe/Berlin", True)
    assert told.hours == (
        OpenHours(1, time(9), time(18)),
        OpenHours(6, time(6, 30), time(12)),
        OpenHours(6, time(20), time.max),
    )


def test_one_span_may_begin_where_another_ends() -> None:
    hours = [MONDAY, {"weekday": 1, "start": "18:00", "end": "20:00"}]
    assert shopping_street().send(OWNER, f"PUT {SHOP}", plain(DEMO_SHOP, hours=hours)).status == 200


def test_setting_a_shop_to_what_it_is_changes_nothing_and_tells_nobody() -> None:
    desk = shopping_street()
    before = len(desk.store.log)

    answer = desk.send(OWNER, f"PUT {SHOP}", DEMO_SHOP)

    assert (answer.status, answer.headers["etag"]) == (200, '"1"')
    assert len(desk.store.log) == before


def test_a_change_of_an_old_version_is_stale() -> None:
    desk = shopping_street()
    desk.send(OWNER, f"PUT {SHOP}", plain(DEMO_SHOP, name="Renamed"))

    refusal = desk.send(OWNER, f"PUT {SHOP}", plain(DEMO_SHOP, name="Again"), if_match='"1"')

    assert refusal.status == 412
    assert content(desk.send(OWNER, f"GET {SHOP}"))["name"] == "Renamed"


def test_a_shop_keeps_its_currency() -> None:
    desk = shopping_street()
    refusal = desk.send(OWNER, f"PUT {SHOP}", plain(DEMO_SHOP, currency="USD"))
    assert (refusal.status, content(refusal)["code"]) == (409, "currency_fixed")
    assert content(refusal)["currency"] == "EUR"
    assert content(desk.send(OWNER, f"GET {SHOP}"))["currency"] == "EUR"


@pytest.mark.parametrize("caller", [STAFF, OWNER])
def test_the_staff_closes_and_opens_the_shop(caller: Caller) -> None:
    desk = shopping_street()

    assert content(desk.send(caller, f"POST {SHOP}/close"))["open"] is False
    assert content(desk.send(ANA, f"GET {SHOP}"))["open"] is False
    assert content(desk.send(caller, f"POST {SHOP}/open"))["open"] is True

    assert [told.open for told in desk.heard(ShopChanged)[-2:]] == [False, True]


def test_closing_twice_is_closing_once() -> None:
    desk = shopping_street()
    first = desk.send(STAFF, f"POST {SHOP}/close")
    told = len(desk.store.log)

    again = desk.send(STAFF, f"POST {SHOP}/close")

    assert (again.body, again.headers) == (first.body, first.headers)
    assert len(desk.store.log) == told


@pytest.mark.parametrize(("sent", "is_open"), [({}, False), ({"open": None}, False), ({"open": True}, True)])
def test_a_closed_shop_stays_closed_until_somebody_says_open(sent: dict[str, Any], is_open: bool) -> None:  # noqa: FBT001 - an example
    desk = shopping_street()
    desk.send(STAFF, f"POST {SHOP}/close")
    wish = plain(DEMO_SHOP, name="Renamed")
    del wish["open"]

    answer = desk.send(OWNER, f"PUT {SHOP}", wish | sent)

    assert content(answer)["open"] is is_open


@pytest.mark.parametrize("caller", [STAFF, RIVAL])
def test_only_the_owner_sets_a_shop(caller: Caller) -> None:
    desk = shopping_street()
    assert desk.send(caller, f"PUT {SHOP}", plain(DEMO_SHOP, name="Mine")).status == 404
    assert desk.send(OWNER, f"GET {SHOP}").headers["etag"] == '"1"'


@pytest.mark.parametrize("verb", ["open", "close"])
def test_nobody_else_opens_or_closes_a_shop(verb: str) -> None:
    desk = shopping_street()
    assert desk.send(RIVAL, f"POST {SHOP}/{verb}").status == 404
    assert desk.send(ANA, f"POST {SHOP}/{verb}").status == 403
    assert desk.send(OWNER, f"POST /shops/empty/{verb}").status == 404


def test_owning_a_shop_is_not_enough_without_the_scope() -> None:
    caller = msgspec.structs.replace(OWNER, scopes=frozenset({"catalogue:read"}))
    assert shopping_street().send(caller, f"PUT {SHOP}", DEMO_SHOP).status == 403


def test_shops_are_listed_by_name_page_by_page() -> None:
    desk = shopping_street()
    owner = Caller("usr_chain", ALL, {"shop:a": "owner", "shop:b": "owner", "shop:c": "owner"})
    for shop_id, name in [("a", "Étage"), ("b", "corner"), ("c", "Zoë's")]:
        assert desk.send(owner, f"PUT /shops/{shop_id}", plain(DEMO_SHOP, name=name)).status == 200

    names, cursor = [], ""
    for _ in range(3):
        page = content(desk.send(ANA, "GET /shops", query={"limit": "2", "cursor": cursor}))
        names += [shop["name"] for shop in page["items"]]
        cursor = page["cursor"] or ""

    assert names == ["BrightClean", "corner", "Corner Snacks", "Étage", "Zoë's"]
    assert cursor == ""


def test_a_cursor_that_no_page_gave_is_refused() -> None:
    for cursor in ("nonsense!", "bm8=", "/w==", "é"):
        response = shopping_street().send(ANA, "GET /shops", query={"cursor": cursor})
        assert faults(response) == {"/cursor": "bad_cursor"}


def test_a_name_in_the_path_is_held_to_the_form_of_an_id() -> None:
    caller = Caller("usr_owner", ALL, {"shop:Second": "owner"})
    assert faults(Desk(SERVICE).send(caller, "PUT /shops/Second", DEMO_SHOP)) == {"/shop_id": "wrong_format"}


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"name": ""}, "/name"),
        ({"currency": "euro"}, "/currency"),
        ({"channels": {"fax": {"tax_included": True}}}, "/channels/fax"),
        ({"channels": {"web": {}}}, "/channels/web/tax_included"),
        ({"on_shortage": "wait"}, "/on_shortage"),
        ({"open": "yes"}, "/open"),
        ({"owner": "me"}, "/owner"),
        ({"hours": [MONDAY | {"weekday": 0}]}, "/hours/0/weekday"),
        ({"hours": [MONDAY | {"start": "9:00"}]}, "/hours/0/start"),
        ({"hours": [MONDAY | {"start": "24:00"}]}, "/hours/0/start"),
        ({"hours": [MONDAY | {"end": "24:01"}]}, "/hours/0/end"),
        ({"hours": [MONDAY] * 29}, "/hours"),
        ({"time_zone": "Mars/Olympus"}, "/time_zone"),
        ({"time_zone": "localtime"}, "/time_zone"),
        ({"time_zone": "Europe/Berlin\n"}, "/time_zone"),
        ({"event_source": "aws.snacks"}, "/event_source"),
        ({"event_source": ""}, "/event_source"),
        ({"event_source": "a" * 257}, "/event_source"),
        ({"event_source": "corner snacks"}, "/event_source"),
    ],
)
def test_a_badly_formed_shop_is_refused(changes: dict[str, Any], pointer: str) -> None:
    response = shopping_street().send(OWNER, f"PUT {SHOP}", plain(DEMO_SHOP, **changes))
    assert list(faults(response)) == [pointer]


@pytest.mark.parametrize("source", ["serverless.snacks", "awsome", "com/bright_clean-2", "a" * 256])
def test_an_event_source_is_what_a_shared_bus_accepts(source: str) -> None:
    answer = shopping_street().send(OWNER, f"PUT {SHOP}", plain(DEMO_SHOP, event_source=source))
    assert content(answer)["event_source"] == source


def test_everything_wrong_with_the_hours_is_named_at_once() -> None:
    hours = [
        {"weekday": 1, "start": "12:00", "end": "20:00"},
        MONDAY,
        {"weekday": 2, "start": "09:00", "end": "09:00"},
        {"weekday": 3, "start": "22:00", "end": "02:00"},
        {"weekday": 1, "start": "13:00", "end": "14:00"},
        {"weekday": 1, "start": "19:00", "end": "21:00"},
    ]
    wish = plain(DEMO_SHOP, hours=hours, time_zone="Europe/Atlantis")

    assert faults(shopping_street().send(OWNER, f"PUT {SHOP}", wish)) == {
        "/time_zone": "unknown_time_zone",
        "/hours/0/start": "overlaps",
        "/hours/2/end": "ends_before_start",
        "/hours/3/end": "ends_before_start",
        "/hours/4/start": "overlaps",
        "/hours/5/start": "overlaps",
    }


@pytest.mark.parametrize("zone", ["Europe", "Europe/../UTC", "Asia/Nowhere", "America/Argentina"])
def test_a_zone_that_is_none_is_refused_whatever_the_files_of_the_machine(zone: str) -> None:
    response = shopping_street().send(OWNER, f"PUT {SHOP}", plain(DEMO_SHOP, time_zone=zone))
    assert list(faults(response)) == ["/time_zone"]
