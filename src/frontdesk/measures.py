"""What functions measure on AWS, declared once: they emit these, and the manifest's alarms watch them.

CloudWatch bills every combination of a metric and its dimensions by the hour in which it was sent. So there are few
dimensions, whatever else is known stands in the same log line, and a count of nothing is not sent.
"""

import msgspec

NAMESPACE = "frontdesk"
STAGE, SERVICE, SUBSCRIBER, CODE = "Stage", "Service", "Subscriber", "Code"


class Measure(msgspec.Struct, frozen=True):
    """A metric in NAMESPACE: its unit and dimensions as CloudWatch has them. The value of `Stage` is the prefix."""

    name: str
    unit: str
    dimensions: tuple[str, ...]
    text: str


ACCEPTED = Measure("Accepted", "Count", (STAGE, SERVICE), "Requests that were answered as asked")
REFUSED = Measure(
    "Refused", "Count", (STAGE, CODE), "Requests answered with a problem; `internal` is a bug of ours"
)
REACTION_LAG = Measure(
    "ReactionLag",
    "Milliseconds",
    (STAGE, SUBSCRIBER),
    "From the commit of an event to the end of its reaction",
)
LOST_RACES = Measure("LostRaces", "Count", (STAGE,), "Messages that kept losing races and come again")
RETRIES = Measure("Retries", "Count", (STAGE,), "Messages whose reaction failed and is to be tried again")
DEAD_LETTERS = Measure("DeadLetters", "Count", (STAGE,), "Messages given up, which wait for a person")
PARKED = Measure("Parked", "Count", (STAGE,), "Events that the bus refused and the relay parked")
RELAY_LAG = Measure(
    "RelayLag",
    "Milliseconds",
    (STAGE,),
    "From the commit of the beat to its arrival in a queue, when that is long",
)
BEAT_LATE = Measure(
    "BeatLateSeconds", "Seconds", (STAGE,), "Since when no beat has come back, when that is long"
)
REPUBLISHED = Measure("Republished", "Count", (STAGE,), "Events that the sweeper published again")

MEASURES = tuple(value for value in list(vars().values()) if isinstance(value, Measure))
