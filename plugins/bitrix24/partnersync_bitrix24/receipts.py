"""What an error of one command means for its write. Pure."""

from partnersync.contract.written import Outcome, Receipt, Write
from partnersync.errors import OutcomeUnknown, PartnersyncError, Unsupported
from partnersync_bitrix24.faults import Gone, Refused


def receipt_of(write: Write, error: PartnersyncError) -> Receipt:
    """The receipt; an error that concerns every call is raised."""
    match error:
        case Gone():
            return Receipt(write.write_id, Outcome.GONE, error.message)
        case OutcomeUnknown():
            return Receipt(write.write_id, Outcome.UNKNOWN, error.message)
        case Refused() | Unsupported():
            return refused(write, str(error))
    raise error


def refused(write: Write, reason: str) -> Receipt:
    """The portal, or we, said no to this one."""
    return Receipt(write.write_id, Outcome.REFUSED, reason)
