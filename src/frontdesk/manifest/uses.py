"""What each function does with its service's table. Measured, not guessed.

A handler does not declare what it asks of the store, so this table says it, and a test compares it with what the unit
tests of the services were seen to do: too much here fails as well as too little. A function that is not here (of a
service of your own, say) may do all that its declarations could need; once it stands here, no more than it does.
"""

from collections.abc import Mapping, Sequence

from frontdesk.adapters.aws.items import index_name
from frontdesk.kernel.services import Service

GET = "dynamodb:GetItem"
MANY = "dynamodb:BatchGetItem"  # several records at once, and counters
PUT = "dynamodb:PutItem"  # records, and claims that are taken
ADD = "dynamodb:UpdateItem"  # counters
FREE = "dynamodb:DeleteItem"  # claims
CHECK = "dynamodb:ConditionCheckItem"  # what was only read and must still be so
SEE = "ssm:GetParametersByPath"  # the secrets that sign and seal
MAKE = "ssm:PutParameter"  # those that are missing: whoever needs them first makes them
FORGET = "ssm:DeleteParameter"  # keys that are too old
SECRETS = (SEE, MAKE, FORGET)
SEAL = (
    "seals"  # the secret that makes keyed digests for others than identity, apart from those that sign tokens
)
SEND = "channels"  # the secrets of the channels to people
TELL = "lambda:InvokeFunction"  # of the function that takes messages to people over
TEXT = "sns:Publish"  # to telephones
EVERYTHING = (GET, MANY, PUT, ADD, FREE, CHECK)

_KEPT = {SEAL: (SEE, MAKE), SEND: (SEE,)}
_USES: dict[str, Sequence[str]] = {
    "catalogue-http": (GET, MANY, PUT, ADD, "shop-by_name", "product-by_shop", "product-by_category"),
    "orders-http": (GET, MANY, PUT, "order-by_customer", "order-by_shop"),
    "orders-processor": (GET, PUT),
    "orders-price-list": (GET, PUT),
    "inventory-http": (GET, MANY, PUT, ADD, FREE, "shelf-by_shop", "stock_entry-by_shelf"),
    "inventory": (GET, MANY, PUT, ADD, FREE),
    "inventory-keeper": (GET, MANY, PUT, ADD),
    "accounting-http": (GET, MANY, PUT, ADD, "entry-by_shop", "invoice-by_shop"),
    "accounting": (GET, MANY, PUT, ADD, CHECK),
    "identity-http": (
        GET,
        MANY,
        PUT,
        "account-all",
        "registration-all",
        "act-all",
        "act-about",
        "role-by_place",
        *SECRETS,
    ),
    "identity-oauth": (GET, PUT, CHECK, SEE, MAKE),
    "identity-messages": (GET, PUT, SEE, MAKE, TELL),
    "identity-withdrawals": (),
    "webhooks-http": (GET, MANY, PUT, "webhook_delivery-by_webhook"),
    "webhooks": (GET, PUT, "webhook_delivery-by_webhook"),
    "webhooks-sender": (GET, PUT),
    "appointments-http": (
        GET,
        MANY,
        PUT,
        ADD,
        CHECK,
        "access-by_clinic",
        "answer-by_patient",
        "answer_link-by_patient",
        "appointment-by_clinic",
        "appointment-by_doctor",
        "appointment-by_patient",
        "calendar_feed-by_doctor",
        "doctor-by_clinic",
        "reminder-by_appointment",
        "reminder-by_patient",
        "visit_type-by_clinic",
        "waiting_entry-by_clinic",
        "waiting_entry-by_patient",
        "waiting_entry-queue",
        "waiting_offer-by_patient",
        SEAL,
    ),
    "appointments": (
        GET,
        MANY,
        PUT,
        CHECK,
        "answer-by_patient",
        "answer_link-by_patient",
        "appointment-by_patient",
        "reminder-by_patient",
        "vacancy-by_clinic",
        "waiting_entry-by_patient",
        "waiting_entry-queue",
        "waiting_offer-by_patient",
        TELL,
        SEAL,
    ),
    "notifications-http": (
        GET,
        PUT,
        "inbound-inbox",
        "message-by_place",
        SEAL,
        SEND,
    ),
    "notifications": (
        GET,
        MANY,
        PUT,
        CHECK,
        "inbound-by_person",
        "message-by_person",
        TEXT,
        SEAL,
        SEND,
    ),
}


def actions(function: str) -> tuple[str, ...]:
    """Return what a function does with the table of its service."""
    used = _USES.get(function, EVERYTHING)
    return tuple(action for action in EVERYTHING if action in used)


def secrets(function: str) -> tuple[str, ...]:
    """Return what a function does with the stage's secrets."""
    return tuple(action for action in SECRETS if action in _USES.get(function, ()))


def kept(function: str) -> Mapping[str, tuple[str, ...]]:
    """Return what a function does with secrets that are none of identity's, by where they are kept."""
    used = _USES.get(function, ())
    return {place: actions for place, actions in _KEPT.items() if place in used}


def tells_people(function: str) -> bool:
    """Return whether a function hands messages to people over to the one that sends them."""
    return TELL in _USES.get(function, ())


def texts_people(function: str) -> bool:
    """Return whether a function sends text messages to telephones."""
    return TEXT in _USES.get(function, ())


def indexes(function: str, service: Service) -> tuple[str, ...]:
    """Return the indexes that a function of this service asks."""
    every = (index_name(kind.name, index.name) for kind in service.kinds for index in kind.indexes)
    return tuple(index for index in every if index in _USES.get(function, (index,)))


def measured() -> dict[str, frozenset[str]]:
    """Return the whole table."""
    return {function: frozenset(used) for function, used in _USES.items()}
