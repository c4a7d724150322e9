"""An e-mail of one message: plain text, with what mail programs and their filters want to see at the top of it."""

from datetime import datetime
from email.errors import MessageError, NonASCIILocalPartDefect
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from frontdesk.channels import Outgoing


def letter(message: Outgoing, sender: str, at: datetime) -> EmailMessage | None:
    """Return the letter, None where an address is none. The same message has the same Message-ID, on every try.

    `Auto-Submitted` keeps robots on holiday from answering (RFC 3834). With `List-Unsubscribe-Post` a mail program
    can say no for its owner by one POST (RFC 8058); it needs a DKIM signature, which the mail server adds.
    """
    _, address = parseaddr(sender)
    found = EmailMessage(SMTP)
    try:
        found["From"] = sender
        found["To"] = message.to
        found["Subject"] = " ".join(message.subject.split())
    except (ValueError, MessageError, IndexError):  # the last from a parser of the library, on odd input
        return None
    if not _is_one_mailbox(found, message.to):
        return None
    found["Date"] = format_datetime(at)
    found["Message-ID"] = f"<{message.id}@{address.rpartition('@')[2]}>"
    found["Auto-Submitted"] = "auto-generated"
    if message.unsubscribe:
        found["List-Unsubscribe"] = f"<{message.unsubscribe}>"
        found["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    found.set_content(message.text)
    found["Content-Language"] = message.language
    return found


def _is_one_mailbox(found: EmailMessage, to: str) -> bool:
    """Return whether the address is one bare mailbox: no name, no second one, nothing that could begin a new line."""
    mailboxes = found["To"].addresses
    return (
        len(mailboxes) == 1
        and mailboxes[0].addr_spec == to
        and bool(mailboxes[0].username and mailboxes[0].domain)
        and all(isinstance(defect, NonASCIILocalPartDefect) for defect in found["To"].defects)
    )
