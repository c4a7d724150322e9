# mypy: disable-error-code="import-not-found,misc,untyped-decorator"
# The peer's packages live in `.venv-bench` alone; where they are missing, their classes and decorators have no types.
"""The usual stack, about as its tutorials write it: FastAPI, a pydantic model, a SQLAlchemy session, one row in SQLite.

It keeps the one promise that the comparison rests on: a 201 leaves only after a commit with `synchronous=FULL`. It
checks no token, remembers no key, prices nothing and tells nobody. See README.md.
"""

import os
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from fastapi import Depends, FastAPI
from pydantic import BaseModel, Field
from sqlalchemy import JSON, String, create_engine, event
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

DATABASE = os.environ["PEER_DATABASE"]  # path of a file; made when missing


class Base(DeclarativeBase):
    """What SQLAlchemy gathers tables by."""


class OrderRow(Base):
    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)  # counts up: the cheapest key there is
    status: Mapped[str] = mapped_column(String(20))
    shop_id: Mapped[str] = mapped_column(String(40))
    channel: Mapped[str] = mapped_column(String(20))
    customer: Mapped[dict[str, Any]] = mapped_column(JSON)
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    delivery: Mapped[dict[str, Any]] = mapped_column(JSON)


class Line(BaseModel):
    sku: Annotated[str, Field(min_length=1, max_length=40)]
    quantity: Annotated[int, Field(ge=1, le=10_000)]


class Customer(BaseModel):
    name: Annotated[str, Field(min_length=1, max_length=200)]
    email: Annotated[str | None, Field(max_length=254)] = None
    id: Annotated[str | None, Field(max_length=100)] = None


class Delivery(BaseModel):
    method: Literal["delivery", "collection"]
    address: str | None = None


class NewOrder(BaseModel):
    shop_id: str
    channel: Literal["web", "mobile", "wholesale"]
    customer: Customer
    lines: Annotated[list[Line], Field(min_length=1, max_length=50)]
    delivery: Delivery


class PlacedOrder(NewOrder):
    id: int
    status: str


# A connection for each of the 40 worker threads: with the pool's default of 15, 64 clients bring the tutorial's form
# to a stand, every thread waiting for a connection that only another waiting thread could give back.
engine = create_engine(f"sqlite:///{DATABASE}", pool_size=40)
app = FastAPI()


@event.listens_for(engine, "connect")
def on_connect(connection: Any, _: Any) -> None:
    """Make every commit durable before it returns."""
    connection.execute("pragma journal_mode=wal")
    connection.execute("pragma synchronous=full")


Base.metadata.create_all(engine)


def a_session() -> Iterator[Session]:
    """Lend a session to one request, as FastAPI's and SQLAlchemy's tutorials do."""
    with Session(engine) as session:
        yield session


def place_as_in_the_tutorial(order: NewOrder, session: Annotated[Session, Depends(a_session)]) -> OrderRow:
    """Store one order: add, commit, refresh, return."""
    row = OrderRow(status="NEW", **order.model_dump())
    session.add(row)
    session.commit()
    session.refresh(row)
    return row


def place_tuned(order: NewOrder) -> OrderRow:
    """Store one order. The session ends here and not in a dependency, and nothing is read back after the commit."""
    row = OrderRow(status="NEW", **order.model_dump())
    with Session(engine, expire_on_commit=False) as session:
        session.add(row)
        session.commit()
    return row


place_order = place_tuned if os.environ["PEER_FORM"] == "tuned" else place_as_in_the_tutorial
app.post("/orders", status_code=201, response_model=PlacedOrder)(place_order)


@app.get("/health")
def health() -> dict[str, str]:
    """Say that requests can be accepted."""
    return {"status": "ready"}
