# mypy: disable-error-code="import-not-found"
# The peers' packages live in `.venv-bench` alone.
"""The SQL that both PostgreSQL peers speak, and the answer that is made from a stored row."""

from collections.abc import Mapping
from typing import Any

import orjson

from bench.peers.shop import answer_of

COLUMNS = (
    "id, subject, key, fingerprint, shop_id, customer_id, channel, placed_at,"
    " currency, net, tax, gross, lines, party"
)
SHORT = "FD001"  # the error of `reserve`, in schema.sql
COUNTS = """
select (select count(*) from orders) as stored,
  (select count(*) from orders where status = 'PROCESSED') as finished,
  (select count(*) from journal) as journalled,
  (select coalesce(sum(reserved), 0)::bigint from stock) as reserved,
  (select coalesce(sum((line->>'quantity')::bigint), 0)::bigint
     from orders, jsonb_array_elements(lines) line where status = 'PROCESSED') as wanted
"""
WAITING = "select count(*) from orders where status = 'NEW'"


def answer_from(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a customer is told about a stored order."""
    facts = (row["id"], row["shop_id"], row["customer_id"], row["channel"], row["placed_at"], row["currency"])
    amounts = (row["net"], row["tax"], row["gross"])
    return answer_of((*facts, *amounts), row["status"], _decoded(row["lines"]), _decoded(row["party"]))


def _decoded(value: Any) -> Any:
    """Return JSON as Python has it: one driver has decoded it already."""
    return orjson.loads(value) if isinstance(value, str) else value
