"""Two small shops and a clinic to play with, loaded through the API's own handlers: they obey every rule."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from frontdesk.adapters.embedded.runtime import EmbeddedRuntime
from frontdesk.kernel.callers import Caller
from frontdesk.kernel.errors import Rejected
from frontdesk.kernel.http import Call
from frontdesk.kernel.services import Service
from frontdesk.services.appointments import demo as clinic
from frontdesk.services.catalogue.demo import DEMO_SHOP_ID, DEMO_SHOPS
from frontdesk.services.inventory.demo import DEMO_STOCK

SETTLE_SECONDS = 10.0  # that the services have to take in what the others told


class Example(msgspec.Struct, frozen=True):
    """A request to try, and what its token has to say."""

    what: str
    line: str
    key: str
    body: str
    subject: str
    scopes: tuple[str, ...]
    grants: dict[str, str] = {}


ORDER = Example(
    "Place an order",
    "/orders",
    "my-first-order",
    f'{{"shop_id": "{DEMO_SHOP_ID}", "channel": "web", "customer": {{"name": "Ana"}}, '
    '"lines": [{"sku": "pretzel", "quantity": 2}, {"sku": "coffee", "quantity": 1}], '
    '"delivery": {"method": "collection"}}',
    "customer-1",
    ("orders:write", "orders:read"),
)


def examples(services: Sequence[Service], now: datetime) -> Iterator[Example]:
    """Give what can be tried at the demo of these services."""
    names = {service.name for service in services}
    place = f"clinic:{clinic.DEMO_CLINIC_ID}"
    if names >= {"catalogue", "orders"}:
        yield ORDER
    if "appointments" in names:
        yield Example(
            "Book a visit",
            "/appointments",
            "my-first-visit",
            f'{{"clinic_id": "{clinic.DEMO_CLINIC_ID}", "doctor_name": "Dra. Vega", "patient_name": "Eva Díaz", '
            f'"patient_phone": "+56900000009", "patient_channels": ["whatsapp"], '
            f'"appointment_date": "{_day(now)}", "appointment_time": "12:00"}}',
            "reception-1",
            ("appointments:write", "appointments:read"),
            {place: "reception"},
        )
    if "notifications" in names:
        yield Example(
            "Look at what patients are sent: open the `url` of the answer in a browser",
            "/outbox/links",
            "",
            f'{{"place": "{place}"}}',
            "owner-1",
            ("messages:read",),
            {place: "owner"},
        )


def _day(now: datetime) -> date:
    return clinic.demo_day(now.astimezone(ZoneInfo(clinic.DEMO_CLINIC.time_zone)).date())


class Loader:
    """Calls routes as the owner of the demo. A repeat sets it back, and books nothing in twice."""

    def __init__(self, runtime: EmbeddedRuntime, services: Sequence[Service]) -> None:
        self._runtime = runtime
        self._services = {service.name: service for service in services}
        scopes = frozenset(scope for service in services for scope in service.scopes)
        places = [*(f"shop:{shop_id}" for shop_id in DEMO_SHOPS), f"clinic:{clinic.DEMO_CLINIC_ID}"]
        self._owner = Caller("demo", scopes, dict.fromkeys(places, "owner"))

    async def load(self) -> None:
        """Set up what the running services know of the demo."""
        if "catalogue" in self._services:
            await self._shops()
        if "inventory" in self._services:
            await self._stock()
        if "appointments" in self._services:
            await self._clinic()
        await self._settle()

    async def _shops(self) -> None:
        for shop_id, (shop, products) in DEMO_SHOPS.items():
            await self._call("catalogue", "PUT", "/shops/{shop_id}", shop, shop_id=shop_id)
            for sku, product in products.items():
                path = {"shop_id": shop_id, "sku": sku}
                await self._call("catalogue", "PUT", "/shops/{shop_id}/products/{sku}", product, **path)

    async def _stock(self) -> None:
        for shop_id, shelves in DEMO_STOCK.items():
            for sku, receipt in shelves.items():
                path = {"shop_id": shop_id, "sku": sku}
                await self._call(
                    "inventory", "POST", "/shops/{shop_id}/stock/{sku}/receipts", receipt, **path
                )

    async def _clinic(self) -> None:
        here = {"clinic_id": clinic.DEMO_CLINIC_ID}
        await self._call("appointments", "PUT", "/clinics/{clinic_id}", clinic.DEMO_CLINIC, **here)
        for name, visit_type in clinic.DEMO_VISIT_TYPES.items():
            await self._post("/clinics/{clinic_id}/visit-types", visit_type, name, **here)
        for name, doctor in clinic.DEMO_DOCTORS.items():
            made = await self._post("/clinics/{clinic_id}/doctors", doctor, name, **here)
            await self._call(
                "appointments", "PUT", "/doctors/{id}/hours", clinic.DEMO_HOURS[name], id=made.id
            )
        day = _day(self._runtime.bus.clock.now())
        for number, visit in enumerate(clinic.demo_visits(day)):
            with suppress(Rejected):  # somebody who plays with it has taken the time
                await self._post("/appointments", visit, f"{day}:{number}")
        for number, entry in enumerate(clinic.demo_waiting()):
            await self._post("/waiting-list", entry, f"waiting:{number}")

    async def _post(self, path: str, body: Any, name: str, **values: str) -> Any:
        return await self._call("appointments", "POST", path, body, name=name, **values)

    async def _call(
        self, service: str, method: str, path: str, body: Any, *, name: str = "", **values: str
    ) -> Any:
        found = self._services[service]
        route = next(route for route in found.routes if (route.method, route.path) == (method, path))
        key = f"demo:{':'.join((*values.values(), *([name] if name else ())))}" if route.takes_key else ""
        call = Call(self._owner, values, (body,), correlation_id="demo", key=key)
        return (await self._runtime.bus.ask(found, route, call, self._runtime.store)).result

    async def _settle(self) -> None:
        end = asyncio.get_running_loop().time() + SETTLE_SECONDS
        loop = asyncio.get_running_loop()
        while any(self._runtime.log.backlog().values()) and loop.time() < end:  # noqa: ASYNC110 - once, at the start
            await asyncio.sleep(0.01)
