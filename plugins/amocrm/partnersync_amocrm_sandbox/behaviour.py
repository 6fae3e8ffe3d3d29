"""What nobody has confirmed about amoCRM, as switches: a program that works must work with every reading.

The default is the reading that asks more of a client.
"""

from dataclasses import dataclass
from enum import StrEnum


class Ends(StrEnum):
    """Whether the ends of a range belong to it."""

    INCLUSIVE = "inclusive"
    EXCLUSIVE = "exclusive"


class Scalar(StrEnum):
    """What `filter[updated_at]=ts` finds on lists of cards."""

    NOTHING = "nothing"
    LATER = "later"


class Noop(StrEnum):
    """What a PATCH that changes nothing does."""

    BUMPS = "bumps"  # updated_at moves, the hook fires
    SILENT = "silent"


class Batch(StrEnum):
    """What becomes of the good items beside a bad one."""

    REFUSED = "refused"
    STORED = "stored"


class Sent(StrEnum):
    """What becomes of something that a client had better not send."""

    REFUSED = "refused"
    IGNORED = "ignored"
    TAKEN = "taken"


class Body429(StrEnum):
    """The body of a 429."""

    HTML = "html"
    JSON = "json"
    JSON_RETRY_AFTER = "json with retry_after"


class Order(StrEnum):
    """Which comes first."""

    OLDEST = "oldest"
    NEWEST = "newest"


class Zone(StrEnum):
    """The zone of a hook's datetime strings."""

    ACCOUNT = "account"
    UTC = "utc"


class DeleteHook(StrEnum):
    """The shape of a hook about a deletion."""

    FIELDS = "fields"  # leads[delete][0][id]
    ID = "id"  # leads[delete]


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """How the account behaves where sources are silent or differ."""

    # lists
    range_ends: Ends = Ends.EXCLUSIVE
    scalar_updated_at: Scalar = Scalar.NOTHING
    filter_without_option: Sent = Sent.IGNORED
    phantom_next: bool = True  # `next` is there although the next page is empty
    clamps_limit: bool = True  # else 422 over the largest limit
    ties: Order = Order.OLDEST  # inside one second: by id, up or down
    list_delay_s: int = 0  # what changed this lately is not in lists yet
    honours_if_modified_since: bool = False
    minor_units: bool = False  # price_with_minor_units is told

    # writes
    noop: Noop = Noop.BUMPS
    mixed_batch: Batch = Batch.REFUSED
    older_updated_at: Sent = Sent.REFUSED
    unknown_keys: Sent = Sent.REFUSED
    number_for_numeric: Sent = Sent.REFUSED
    over_250_items: Sent = Sent.REFUSED
    text_limit: int = 255
    text_limit_code: str = "TooLong"
    four_byte_text: Sent = Sent.TAKEN
    empty_string: Sent = Sent.TAKEN  # an empty text is a value; IGNORED: it clears
    tags_null: Sent = Sent.IGNORED  # TAKEN: clears all tags
    required_statuses_by_api: bool = False
    link_twice: Sent = Sent.REFUSED  # with a 500
    max_body: int | None = None  # bytes; 413 above

    # people and robots
    api_only_in_card: Sent = Sent.REFUSED
    api_only_in_bulk: Sent = Sent.TAKEN  # bulk edit, import, robots
    merge_keeps: Order = Order.OLDEST  # which of the merged lives on, by id
    merge_fires_delete: bool = False
    trash_life_days: int = 30

    # events
    events_first: Order = Order.NEWEST
    price_events_with_value: bool = False  # sale_field_changed tells before and after

    # limits
    body_429: Body429 = Body429.HTML
    retry_after_header: bool = False

    # webhooks
    settings_as_object: bool = True  # in the answer to POST /webhooks
    several_in_one: bool = False  # items of one request come in one hook
    one_post_for_actions: bool = False  # status and update of one change come in one POST
    hook_twice: bool = False
    hooks_reversed: bool = False
    hook_zone: Zone = Zone.ACCOUNT
    delete_hook: DeleteHook = DeleteHook.FIELDS
    modified_user_zero: bool = False
    post_enables: bool = False  # POST of a disabled destination enables it
