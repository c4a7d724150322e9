"""How every history begins: a shop with prices, some stock, an empty board, and two people on duty."""

from functools import cache
from random import Random

import msgspec

from frontdesk.adapters.memory.store import MemoryStore
from frontdesk.kernel.bus import Bus
from frontdesk.kernel.callers import Caller
from frontdesk.kernel.http import Call
from frontdesk.kernel.records import Record
from frontdesk.services.catalogue.commands import Channels, ChannelTerms, SetProduct, SetShop
from frontdesk.services.catalogue.service import SERVICE as CATALOGUE
from frontdesk.services.orders.service import SERVICE as ORDERS
from tests.simulation.kiosk.model import BOARD_ID, BOARDS, DUTIES, ROTA, Board, Duty, stock_key
from tests.simulation.scheduler import Scheduler
from tests.simulation.world import Database, DrawnChance, VirtualClock, run

SHOP_ID = "corner"
SKUS = ("crisps", "nuts")
PRICE = 199  # of one piece, tax included
STOCK = 25  # of each, so that some orders find too little
OWNER = Caller("owner", grants={f"shop:{SHOP_ID}": "owner"})
SHOP = SetShop(
    name="Corner", currency="EUR", channels=Channels(web=ChannelTerms(tax_included=True)), open=True
)


def open_shop(database: Database) -> None:
    """Put what is there before the first client comes into an empty database."""
    database.records.update(_records())
    database.counters.update((stock_key(sku), STOCK) for sku in SKUS)


@cache
def _records() -> dict[tuple[str, str], Record]:
    clock = VirtualClock(Scheduler())
    store = MemoryStore(clock)
    bus = Bus(clock, DrawnChance(Random(0)))  # noqa: S311 - every history begins alike
    routes = {(route.method, route.path): route for route in CATALOGUE.routes}

    def put(path: str, values: dict[str, str], body: msgspec.Struct) -> None:
        run(bus.ask(CATALOGUE, routes["PUT", path], Call(OWNER, values, (body,), "sim"), store))

    put("/shops/{shop_id}", {"shop_id": SHOP_ID}, SHOP)
    for sku in SKUS:
        product = SetProduct(name=f"{sku} 0", category="snacks", tax_rate=700, retail=PRICE, tracked=False)
        put("/shops/{shop_id}/products/{sku}", {"shop_id": SHOP_ID, "sku": sku}, product)
    for reaction in ORDERS.reactions:  # the catalogue's news have long arrived when the first client comes
        for message in store.log:
            if message.name == reaction.on.NAME:
                run(bus.react(ORDERS, reaction, message, store))
    for id in ROTA:
        store.records[DUTIES.name, id] = DUTIES.new(id, Duty(on=True)).record()
    store.records[BOARDS.name, BOARD_ID] = BOARDS.new(BOARD_ID, Board()).record()
    return store.records
