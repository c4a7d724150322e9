# mypy: disable-error-code="import-not-found,misc,untyped-decorator"
# The peer's packages live in `.venv-bench` alone; where they are missing, their classes and decorators have no types.
"""What happens to an order behind the queue: reserved, booked and PROCESSED, in one transaction of one task.

One task and not three, which is kind to it: three would be three messages and three commits for each order. A message
is acknowledged after the commit, so a worker that dies leaves its order to another one, and a repeat finds it done.
"""

import os
from typing import Any

import psycopg
from celery import Celery
from celery.signals import worker_process_init

from bench.peers.rows import SHORT

TAKE = (
    "update orders set status = 'PROCESSED' where id = %s and status = 'NEW'"
    " returning shop_id, placed_at, currency, gross, lines"
)
BOOK = (
    "insert into journal (order_id, posted_at, currency, debit, credit, amount)"
    " values (%s, %s, %s, 'cash-clearing', 'deposits', %s)"
)
RESERVE = "select reserve(%s, %s, %s::integer[])"
REJECT = "update orders set status = 'REJECTED' where id = %s and status = 'NEW'"

app = Celery("shop", broker=os.environ["PEER_BROKER"])
app.conf.update(
    task_ignore_result=True,
    task_acks_late=True,
    worker_prefetch_multiplier=16,
    broker_pool_limit=40,  # a connection for each thread of the web server
    broker_connection_retry_on_startup=True,
)
connections: list[Any] = []  # one for each process


@worker_process_init.connect
def on_start(**_: Any) -> None:
    """Connect once for each process of the pool."""
    connections.append(psycopg.connect(os.environ["PEER_DSN"], autocommit=True, prepare_threshold=0))


@app.task(name="process")
def process(order_id: str) -> None:
    """Bring an order to its end. Doing it again changes nothing."""
    connection = connections[0]
    try:
        with connection.transaction():
            row = connection.execute(TAKE, (order_id,)).fetchone()
            if row is None:
                return
            shop_id, placed_at, currency, gross, lines = row
            wanted = sorted((line["sku"], line["quantity"]) for line in lines)
            connection.execute(BOOK, (order_id, placed_at, currency, gross))
            connection.execute(RESERVE, (shop_id, [sku for sku, _ in wanted], [count for _, count in wanted]))
    except psycopg.Error as error:
        if error.sqlstate != SHORT:
            raise
        connection.execute(REJECT, (order_id,))
