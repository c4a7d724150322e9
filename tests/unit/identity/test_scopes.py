"""What a role brings: as much as its work needs at any service, and no more."""

import pytest

from frontdesk.bootstrap import choose
from frontdesk.kernel.http import Route
from frontdesk.services.identity.scopes import CUSTOMER_SCOPES, OPERATE, ROLE_SCOPES, reach

SERVICES = choose()
ROUTES = {f"{route.method} {route.path}": route for service in SERVICES for route in service.routes}
DECLARED = {scope for service in SERVICES for scope in service.scopes}


def opens(line: str, *roles: str) -> bool:
    """Return whether somebody who signs in with these roles, each at a shop, gets past a route's scopes."""
    route: Route = ROUTES[line]
    has = reach(CUSTOMER_SCOPES, {f"shop:s{place}": role for place, role in enumerate(roles)})
    return set(route.scopes) <= set(has)


@pytest.mark.parametrize(
    ("line", "who"),
    [
        ("POST /orders", {"customer", "staff", "owner"}),
        ("POST /orders/{id}/cancel", {"customer", "staff", "owner"}),
        ("POST /orders/{id}/dispatch", {"staff", "owner"}),
        ("POST /orders/{id}/return", {"staff", "owner"}),
        ("POST /shops/{shop_id}/close", {"staff", "owner"}),
        ("POST /shops/{shop_id}/stock/{sku}/receipts", {"staff", "owner"}),
        ("GET /shops/{shop_id}/trial-balance", {"staff", "owner"}),
        ("GET /shops/{shop_id}/webhooks", {"staff", "owner"}),
        ("POST /shops/{shop_id}/webhooks", {"owner"}),
        ("POST /shops/{shop_id}/refunds/{order_id}/paid", {"owner"}),
        ("POST /orders/import", {"owner"}),
        ("PUT /users/{id}/grants/{place}", {"owner"}),
        ("POST /clients", {"owner"}),
        ("POST /keys/rotate", set()),
    ],
)
def test_who_signs_in_can_do_the_work_of_their_role(line: str, who: set[str]) -> None:
    roles: dict[str, tuple[str, ...]] = {"customer": (), "staff": ("staff",), "owner": ("owner",)}

    assert {name for name, held in roles.items() if opens(line, *held)} == who


def test_a_customer_can_keep_stock_before_paying() -> None:
    assert opens(next(line for line, route in ROUTES.items() if "stock:hold" in route.scopes))


def test_owners_can_do_everything_but_run_the_desk() -> None:
    assert set(reach((), {"shop:snacks": "owner", "clinic:sol": "owner"})) == DECLARED - {OPERATE}


@pytest.mark.parametrize(
    ("line", "who"),
    [
        ("POST /appointments", {"doctor", "reception", "owner"}),
        ("POST /doctors/{id}/exceptions", {"doctor", "reception", "owner"}),
        ("PUT /users/{id}/grants/{place}", {"owner"}),
        ("GET /shops/{shop_id}/trial-balance", set()),
    ],
)
def test_who_works_at_a_clinic_can_do_that_work_and_no_shops(line: str, who: set[str]) -> None:
    roles = ("doctor", "reception", "owner", "staff")

    assert {role for role in roles if set(ROUTES[line].scopes) <= set(reach((), {"clinic:sol": role}))} == who


def test_every_scope_that_a_role_brings_is_declared_by_a_service_and_brought_once() -> None:
    for brought in (CUSTOMER_SCOPES, *ROLE_SCOPES.values()):
        assert len(set(brought)) == len(brought)
        assert set(brought) <= DECLARED
