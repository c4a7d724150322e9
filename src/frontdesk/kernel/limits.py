"""Every bound of the kernel, in one place and by name.

The bounds of a commit are what one DynamoDB transaction can do, and they hold in every runtime: a service that
fits on a laptop fits in the cloud. Sizes are bytes of UTF-8. Source: docs/adr/0001-kernel.md.
"""

from datetime import timedelta

COMMIT_ACTIONS = 80  # changes + unchanged + counters + claims; DynamoDB takes 100, the rest is the runtime's
COMMIT_CLAIMS = 40
COMMIT_BYTES = 256 * 1024
EVENT_BYTES = 64 * 1024
KEY_BYTES = 1024  # a record id, a claim, a counter, either half of an index entry
EVENTS_PER_COMMIT = 20
TIMERS_PER_COMMIT = 20

HANDLED_MARKS = 8  # how many messages a record remembers to have taken in, newest last
SHARED_MARK_KEPT = timedelta(days=30)  # how long a reaction that shares its record is remembered

VALUES_AT_HAND = 4_096  # decoded values of a kind that is often read
VALUE_AT_HAND_CHARS = 4_096  # of one body; a larger one is decoded each time
EVENTS_AT_HAND = 1_024  # decoded

PAGE_DEFAULT = 20
PAGE_MAX = 100
GET_MANY_MAX = 100  # what one BatchGetItem reads

BODY_BYTES = 128 * 1024  # of one HTTP request
IDEMPOTENCY_KEY_CHARS = 255
PATH_VALUE_CHARS = 200

RERUNS = 6  # of a request that lost a race, before its caller is told: fifty bookings of one day need five
RERUN_DELAY_SECONDS = 0.02  # mean of the first pause; doubles with each re-run

TRIES = 8  # of a message, before it is a dead letter
RETRY_BASE_SECONDS = 0.25
RETRY_MAX_SECONDS = 300.0
