"""What functions measure on AWS, declared once: they emit these, and the manifest's alarms watch them.

CloudWatch bills a metric by the hour in which it was sent, each combination of its dimensions apart, and ten of an
account are free. So there are ten, with the stage as their one dimension, and a count of nothing is not sent. Whatever
else is known (subscriber, route, code) stands in the same line of the log, where CloudWatch Logs Insights finds it.
"""

import msgspec

NAMESPACE = "frontdesk"
STAGE = "Stage"  # the dimension; its value is the prefix


class Measure(msgspec.Struct, frozen=True):
    """A metric in NAMESPACE, in a unit that CloudWatch knows."""

    name: str
    unit: str
    text: str


ACCEPTED = Measure("Accepted", "Count", "Requests that were answered as asked")
REFUSED = Measure("Refused", "Count", "Requests answered with a problem; `internal` is a bug of ours")
REACTION_LAG = Measure(
    "ReactionLag", "Milliseconds", "From the commit of an event to the end of its reaction"
)
LOST_RACES = Measure(
    "LostRaces", "Count", "Messages that kept losing races, or had no time left, and come again"
)
RETRIES = Measure("Retries", "Count", "Messages whose reaction failed and is to be tried again")
DEAD_LETTERS = Measure("DeadLetters", "Count", "Messages given up, which wait for a person")
PARKED = Measure("Parked", "Count", "Events that the bus refused and the relay parked")
RELAY_LAG = Measure(
    "RelayLag", "Milliseconds", "From the commit of the beat to its arrival in its queue, when that is long"
)
BEAT_LATE = Measure("BeatLateSeconds", "Seconds", "Since when no beat has come back, when that is long")
REPUBLISHED = Measure("Republished", "Count", "Events that the sweeper published again")

MEASURES = tuple(value for value in list(vars().values()) if isinstance(value, Measure))
