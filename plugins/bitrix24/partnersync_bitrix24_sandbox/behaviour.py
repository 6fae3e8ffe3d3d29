"""What nobody has confirmed about Bitrix24, as switches: a program that works must work with every reading.

The default is the reading that asks more of a client.
"""

from dataclasses import dataclass
from enum import StrEnum


class Sent(StrEnum):
    """What becomes of something that a client had better not send."""

    REFUSED = "refused"
    IGNORED = "ignored"


class Billed(StrEnum):
    """To which method the operating time of a batch's commands is billed."""

    COMMANDS = "commands"  # to their own names
    BATCH = "batch"  # to `batch`; the commands tell 0
    BOTH = "both"


class Empty(StrEnum):
    """How an empty text is read."""

    NULL = "null"
    TEXT = "text"  # ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """How the portal behaves where sources are silent or differ."""

    # requests
    contract: Sent = (
        Sent.REFUSED
    )  # names and types that the vendor's contract does not know; IGNORED: as the portal does
    credentials_status: int = 403  # INVALID_CREDENTIALS; else 401
    scope_status: int = 403  # insufficient_scope; else 401
    max_body: int | None = None  # bytes; a 413 page above

    # limits
    batch_billing: Billed = Billed.COMMANDS
    short_calls_are_free: bool = False  # calls under 0.1 s are not recorded
    operating_told: bool = True  # `time` has operating and operating_reset_at
    whole_seconds: bool = False  # `time.start` is an integer

    # lists
    total_without_count: bool = False  # with start=-1 universal lists tell `total: 0`
    iso_dates_in_filters: bool = True  # else only `YYYY-MM-DD HH:MM:SS` finds something
    original_names_known: bool = True  # useOriginalUfNames is understood; not by builds before crm 25.0
    uf_star_selects: bool = False  # `UF_*` in the select of crm.item.list
    short_lists_are_paged: bool = True  # statuses, categories: at most 50 with `next`

    # values
    empty_text: Empty = Empty.NULL
    created_time_shift_s: int = 0  # createdTime of crm.item.* is told this much too early
    crm_uf_bare_id: bool = False  # a `crm` field that allows one type tells "5", not "CO_5"
    multiple_enum_cleared: bool = False  # by crm.item.update
    multiple_enum_cleared_by_legacy: bool = True
    legacy_boolean_letters: bool = False  # Y/N in legacy reads of boolean fields, not 1/0
    line_ends_normalised: bool = True  # \n is stored as \r\n

    # what follows from a change
    comment_bumps: bool = True  # a comment by somebody else than the responsible user is a change
    requisite_bumps_company: bool = False
    move_fires_update: bool = False  # a pipeline change by crm.item.update fires ONCRMDEALUPDATE, too
    import_fires_add: bool = False
    unchanged_update_bumps: bool = False  # factory mode switched off

    # people and robots
    edit_in_list_holds: bool = True  # EDIT_IN_LIST=N cannot be edited in the card
    merge_keeps_oldest: bool = True

    # events
    offline_data: bool = True  # EVENT_DATA is told; else false
