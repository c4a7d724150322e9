"""How long it takes from an answer of 201 until an order is at its end, seen from outside."""

import json
import secrets
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path

from bench.contestants import Stack
from bench.errors import BenchError
from bench.load import Client, Load
from bench.processes import HOST, Running
from bench.results import Lag
from bench.shop import SHOP, sku

LOOK_SECONDS = 0.0005  # between two looks, so a lag is overstated by up to about a millisecond
PAUSE_SECONDS = 0.02  # between two probes
PATIENCE_SECONDS = 30.0


@dataclass(slots=True)
class Probe:
    """One customer who waits for each of its orders to be done. Samples are in milliseconds."""

    server: Running
    token: str
    is_finished: Callable[[str], bool]
    stop: threading.Event = field(default_factory=threading.Event)
    answers: list[float] = field(default_factory=list)
    lags: list[float] = field(default_factory=list)

    def run(self) -> None:
        """Place orders one after the other until told to stop."""
        with closing(HTTPConnection(HOST, self.server.port, timeout=PATIENCE_SECONDS)) as connection:
            while not self.stop.wait(PAUSE_SECONDS):
                self._one(connection)

    def _one(self, connection: HTTPConnection) -> None:
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
            "Idempotency-Key": secrets.token_hex(12),
        }
        sent = time.perf_counter()
        connection.request("POST", "/orders", BODY, headers)
        answer = connection.getresponse()
        order = json.loads(answer.read())
        answered = time.perf_counter()
        if answer.status != 201:
            return  # busy: what was not accepted has no lag
        while not self.is_finished(order["order_id"]):
            if time.perf_counter() - answered > PATIENCE_SECONDS:
                raise BenchError(f"An order was not at its end after {PATIENCE_SECONDS:.0f} s.")
            time.sleep(LOOK_SECONDS)
        self.answers.append((answered - sent) * 1000)
        self.lags.append((time.perf_counter() - answered) * 1000)


BODY = json.dumps(
    {
        "shop_id": SHOP,
        "channel": "web",
        "customer": {"id": "customer-probe", "name": "Customer Probe", "email": "probe@example.com"},
        "lines": [{"sku": sku(number), "quantity": 1} for number in range(3)],
        "delivery": {"method": "delivery", "address": "1 Harbour Street, Port Example"},
    }
)


def measure_lag(
    stack: Stack, client: Client, server: Running, folder: Path, *, rate: float, seconds: int
) -> Lag:
    """Place `rate` orders a second, and follow some of them to their end. Raises BenchError."""
    failures: list[BaseException] = []
    token = client.tokens.read_text(encoding="ascii").split()[0]

    def probe_until_stopped() -> None:
        try:
            with stack.watch(server, folder) as is_finished:
                probe.is_finished = is_finished
                probe.run()
        except BaseException as error:  # noqa: BLE001 - handed to the thread that can do something about it
            failures.append(error)

    probe = Probe(server, token, lambda _: True)
    thread = threading.Thread(target=probe_until_stopped, name="probe")
    thread.start()
    try:
        load: Load = client.drive(server, seconds, rate=rate)
    finally:
        probe.stop.set()
        thread.join()
    if failures:
        raise BenchError(f"The probe of {stack.title} failed: {failures[0]}")
    return Lag(load, probe.answers, probe.lags)
