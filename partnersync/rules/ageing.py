"""How long sums have been due: the buckets of the ageing report, in days past the last day of payment in time."""

from datetime import date

NOT_DUE = "not_due"
BUCKETS = (NOT_DUE, "days_1_30", "days_31_60", "days_61_90", "days_over_90")
_ENDS = (0, 30, 60, 90)  # the last day of each bucket but the last


def bucket(pay_by: date | None, day: date) -> str:
    """The bucket of a sum on `day`; on its last day in time it is not due yet. Without a last day it never is."""
    late = 0 if pay_by is None else (day - pay_by).days
    return next((name for name, end in zip(BUCKETS, _ENDS, strict=False) if late <= end), BUCKETS[-1])
