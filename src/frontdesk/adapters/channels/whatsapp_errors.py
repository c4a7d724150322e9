"""What the errors of the WhatsApp Cloud API mean for a message. They come with an answer, or later with a webhook.

Source: Meta, "Error codes" of the WhatsApp Business Platform, version of 2026-05-15. A code stands for itself there;
its title and text may change. What is not in this table is judged by the HTTP status.
"""

from frontdesk.channels import Failure

_FAILURES: dict[Failure, frozenset[int]] = {
    Failure.LATER: frozenset({
        1,  # API unknown: a fault of theirs, or a request that cannot be understood
        2,  # API service: down or overloaded
        4,  # the app calls too often
        80007,  # the business account calls too often
        130429,  # more messages a second than the number may send
        131000,  # something went wrong
        131016,  # service overloaded
        131048,  # too many of this number's messages were reported as spam
        131056,  # too many messages to this very person within a short time
        131057,  # the account is under maintenance
        133004,  # the server of the number is not there for a while
    }),
    Failure.ADDRESS: frozenset({
        131021,  # the number is the desk's own
        131026,  # no WhatsApp there, too old a version, or its terms were never agreed to
    }),
    Failure.CHANNEL: frozenset({
        130403,  # what was said in this message may not be sent
        130472,  # this person is in an experiment of Meta's, and gets no such messages
        130497,  # messages of this kind do not go to that country
        131030,  # a number for tests sends only to numbers that were named before
        131047,  # more than 24 hours since the person wrote: only templates go out
        131049,  # Meta chose not to deliver: the person has had enough messages of this kind
        131050,  # the person does not want messages of this kind
        131051,  # this type of message is not supported
        132005,  # the translated text is too long with these parameters
        132068,  # the flow is blocked
        132069,  # the flow is throttled
        135000,  # a parameter does not please them, they do not say which
    }),
    Failure.CONFIGURATION: frozenset({
        0,  # the app cannot be authenticated
        3,  # the app lacks the capability
        10,  # a permission is missing
        33,  # the number has been deleted
        100,  # a parameter is unknown or misspelled
        190,  # the access token has expired
        368,  # the account is blocked for breaking a policy
        131005,  # access denied
        131008,  # a parameter is missing
        131009,  # a parameter has a value that cannot be
        131031,  # the account is locked
        131037,  # the name of the number is not approved
        131042,  # the account cannot pay
        131045,  # the certificate of the number is wrong
        132000,  # the template has another number of parameters
        132001,  # there is no such template in this language, or it is not approved
        132007,  # the template breaks a policy
        132012,  # the template wants parameters of another form
        132015,  # the template is paused: people reported it
        132016,  # the template is disabled for good
        133010,  # the number is not registered
    }),
}  # fmt: skip
_BY_CODE = {code: failure for failure, codes in _FAILURES.items() for code in codes}
_PERMISSIONS = range(200, 300)  # "API permission", whichever it is
_REFUSED, _TOO_MANY, _FAULTS = 400, 429, 500
_UNAUTHORISED = (401, 403)


def meaning(code: int, status: int = 0) -> Failure:
    """Return what is to be done about an error. `status` is that of the answer, 0 where a webhook brings it."""
    if code in _BY_CODE:
        return _BY_CODE[code]
    if code in _PERMISSIONS or status in _UNAUTHORISED:
        return Failure.CONFIGURATION
    if status >= _FAULTS or status == _TOO_MANY:
        return Failure.LATER
    return Failure.CHANNEL
