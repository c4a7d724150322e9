"""What the refusals of a mail server mean for a message.

Source: RFC 5321, 4.2 (three digits: 4xx passes, 5xx does not), RFC 3463 (three numbers: x.1 is about the address, x.2
about the mailbox, x.7 about policy), RFC 4954 (logging in). Many servers turn strangers away once, with 450 or 451.
"""

import re
import smtplib
import ssl

from frontdesk.channels import Failure, Outcome

PAUSE_AFTER_GREY = 300  # seconds; who turns strangers away wants to see them again some minutes later
_GREY = (450, 451)
_PERMANENT = 500
_LOGIN = (530, 534, 535, 538)
_NO_MAILBOX = (550, 551, 553, 556)
_ENHANCED = re.compile(rb"([245]\.\d{1,3}\.\d{1,3})\b")
_ABOUT_ADDRESS = ("5.1.", "5.2.1", "5.4.4")  # unknown, moved; disabled; no route to the domain


def outcome(failure: Exception, *, has_sent: bool) -> Outcome:
    """Return what is to be done. `has_sent`: whether the server may have got all of the letter."""
    match failure:
        case smtplib.SMTPRecipientsRefused(recipients=refused):
            return _refused(*next(iter(refused.values())), at="recipient")
        case smtplib.SMTPSenderRefused(smtp_code=code, smtp_error=text):
            return _refused(code, text, at="sender")
        case smtplib.SMTPResponseException(smtp_code=code, smtp_error=text):
            return _refused(code, text)
        case smtplib.SMTPNotSupportedError():  # letters in the address; or else encryption, or logging in
            blamed = Failure.CHANNEL if has_sent else Failure.CONFIGURATION
            return Outcome(failure=blamed, code="not_supported")
        case ssl.SSLCertVerificationError():
            return Outcome(failure=Failure.CONFIGURATION, code="certificate")
    return Outcome(failure=Failure.LATER, code="unanswered" if has_sent else "unreachable")


def _refused(code: int, text: bytes | str, *, at: str = "") -> Outcome:
    raw = text if isinstance(text, bytes) else text.encode()
    found = _ENHANCED.match(raw)
    enhanced = found[1].decode() if found else ""
    return Outcome(
        failure=_meaning(code, enhanced, at),
        code=enhanced or str(code),
        retry_after=PAUSE_AFTER_GREY if code in _GREY else None,
    )


def _meaning(code: int, enhanced: str, at: str) -> Failure:
    if code < _PERMANENT:
        return Failure.LATER
    if code in _LOGIN or at == "sender":
        return Failure.CONFIGURATION
    if at == "recipient" and (enhanced.startswith(_ABOUT_ADDRESS) if enhanced else code in _NO_MAILBOX):
        return Failure.ADDRESS
    return Failure.CHANNEL
