"""Lists of cards: which, in which order. What is not understood is passed over without a word."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from partnersync_amocrm_sandbox.account import Account
from partnersync_amocrm_sandbox.behaviour import Ends, Scalar, Sent
from partnersync_amocrm_sandbox.calls import Call
from partnersync_amocrm_sandbox.cards import Card, Kind
from partnersync_amocrm_sandbox.definitions import CHOICES, Field
from partnersync_amocrm_sandbox.problems import Refusal, problem
from partnersync_amocrm_sandbox.query import Tree, branch, many, whole

Test = Callable[[Card], bool]
SORTED_BY = {
    Kind.LEADS: ("id", "updated_at", "created_at"),
    Kind.CONTACTS: ("id", "updated_at", "name"),
    Kind.COMPANIES: ("id", "updated_at", "name"),
}
_MANY = ("name", "created_by", "updated_by", "responsible_user_id")
_RANGES = {
    Kind.LEADS: ("created_at", "closest_task_at", "price", "closed_at"),
    Kind.CONTACTS: ("created_at", "closest_task_at"),
    Kind.COMPANIES: ("created_at", "closest_task_at"),
}


def listed(call: Call) -> Iterator[Card]:
    """The cards of the asked page, and of those after it."""
    filters = _filters(call)
    page, limit = call.paging()
    start = (page - 1) * limit
    if "only_deleted" in call.with_:
        return islice(_deleted(call, filters), start, None)
    low, high = _moments(call, filters)
    tests = _tests(call, filters)
    if not tests and low is not None and high is not None and low > high:
        return iter(())
    wanted = many(filters.get("id")) if "id" in filters else None
    if wanted is not None:
        cards: Iterator[Card] = iter(_by_ids(call, wanted, low, high))
        return islice((card for card in cards if all(test(card) for test in tests)), start, None)
    if not tests:
        return _cards(call, low, high, start)
    return islice((card for card in _cards(call, low, high, 0) if all(test(card) for test in tests)), start, None)


def order_of(call: Call) -> tuple[str, bool]:
    """The order that applies, and whether it descends; updated_at ascending where the asked one does not exist."""
    for name, direction in branch(call.query, "order").items():
        if name in SORTED_BY[call.kind] and direction in ("asc", "desc"):
            return name, direction == "desc"
    return "updated_at", False


def _cards(call: Call, low: int | None, high: int | None, start: int) -> Iterator[Card]:
    population = call.account.cards[call.kind]
    name, descending = order_of(call)
    if name == "name":
        ids = population.orders["updated_at"].walk(low, high, 0, descending=False)
        found = [card for card in map(population.get, ids) if card]
        found.sort(key=lambda card: card.name, reverse=descending)
        return islice(iter(found), start, None)
    if name != "updated_at" and (low is not None or high is not None):
        ids = population.between(name, low, high).walk(None, None, start, descending=descending)
    else:
        ids = population.orders[name].walk(low, high, start, descending=descending)
    return (card for card in map(population.get, ids) if card)


def _by_ids(call: Call, wanted: list[str], low: int | None, high: int | None) -> list[Card]:
    population = call.account.cards[call.kind]
    found = [card for card_id in dict.fromkeys(wanted) if (card := population.get(whole(card_id, 0)))]
    name, descending = order_of(call)
    found = [card for card in found if low is None or card.updated_at >= low]
    found = [card for card in found if high is None or card.updated_at <= high]
    return sorted(found, key=lambda card: (getattr(card, name), card.id), reverse=descending)


def _deleted(call: Call, filters: Tree) -> Iterator[Card]:
    trash = call.account.cards[call.kind].trash
    wanted = {whole(one, 0) for one in many(filters.get("id"))} if "id" in filters else None
    low, high = _moments(call, filters)
    oldest = call.account.now() - call.account.behaviour.trash_life_days * 86_400
    for card in sorted(trash.values(), key=lambda card: (card.updated_at, card.id)):
        if (card.deleted_at or 0) < oldest or (wanted is not None and card.id not in wanted):
            continue
        if (low is None or card.updated_at >= low) and (high is None or card.updated_at <= high):
            yield card


def _filters(call: Call) -> Tree:
    """The filters that apply: none where the account lacks the option."""
    filters = branch(call.query, "filter")
    if filters and not call.account.options.api_filter:
        if call.account.behaviour.filter_without_option is Sent.REFUSED:
            raise Refusal(problem(425, "API filtration is not available"))
        return {}
    return filters


def _moments(call: Call, filters: Tree) -> tuple[int | None, int | None]:
    """The closed range of updated_at; an impossible one where nothing can be found."""
    account = call.account
    low, high = _ends(account, filters.get("updated_at"))
    given = filters.get("updated_at")
    if isinstance(given, str):
        if account.behaviour.scalar_updated_at is Scalar.NOTHING:
            return 1, 0
        low = whole(given, 0) + 1
    if account.behaviour.list_delay_s:
        newest = account.now() - account.behaviour.list_delay_s
        high = newest if high is None else min(high, newest)
    return low, high


def _ends(account: Account, given: Any) -> tuple[int | None, int | None]:
    if not isinstance(given, dict):
        return None, None
    step = account.behaviour.range_ends is Ends.EXCLUSIVE
    low = whole(given.get("from"), 0) + step if "from" in given else None
    high = whole(given.get("to"), 0) - step if "to" in given else None
    return low, high


def _tests(call: Call, filters: Tree) -> list[Test]:
    tests = [_one_of(name, frozenset(many(filters[name]))) for name in _MANY if name in filters]
    ranges = [name for name in _RANGES[call.kind] if isinstance(filters.get(name), dict)]
    tests += [_between(call.account, name, filters[name]) for name in ranges]
    if call.kind is Kind.LEADS:
        if "pipeline_id" in filters:
            tests.append(_one_of("pipeline_id", frozenset(many(filters["pipeline_id"]))))
        pairs = [one for one in branch(filters, "statuses").values() if isinstance(one, dict)]
        pairs = [one for one in pairs if "pipeline_id" in one and "status_id" in one]
        if pairs:
            wanted = {(whole(one["pipeline_id"], 0), whole(one["status_id"], 0)) for one in pairs}
            tests.append(lambda card: (card.pipeline_id, card.status_id) in wanted)
    for field_id, given in branch(filters, "custom_fields_values").items():
        field = call.account.field_of(call.kind, field_id=whole(field_id, 0))
        if field:
            tests.append(_has_value(call.account, field, given))
    query = call.query.get("query")
    if isinstance(query, str) and query:
        tests.append(_mentions(query.casefold()))
    if not (call.user.is_admin or call.acts_fully):
        tests.append(lambda card: call.allowed(card.kind, "view", card.responsible_user_id))
    return tests


def _one_of(name: str, wanted: frozenset[str]) -> Test:
    return lambda card: str(getattr(card, name)) in wanted


def _between(account: Account, name: str, given: Any) -> Test:
    low, high = _ends(account, given)

    def test(card: Card) -> bool:
        held = account.closest_task(card.kind, card.id) if name == "closest_task_at" else getattr(card, name)
        return held is not None and (low is None or held >= low) and (high is None or held <= high)

    return test


def _has_value(account: Account, field: Field, given: Any) -> Test:
    if isinstance(given, dict) and {"from", "to"} & given.keys():
        low, high = _ends(account, given)

        def inside(card: Card) -> bool:
            held = [float(one.value) for one in card.values.get(field.id, ())]
            return any((low is None or one >= low) and (high is None or one <= high) for one in held)

        return inside
    wanted = frozenset(many(given))

    def has(card: Card) -> bool:
        held = card.values.get(field.id, ())
        if field.type in CHOICES:
            return any(str(one.enum_id) in wanted for one in held)
        if field.type == "checkbox":
            return any(str(int(one.value)) in wanted for one in held)
        return any(str(one.value) in wanted for one in held)

    return has


def _mentions(text: str) -> Test:
    def test(card: Card) -> bool:
        if text in card.name.casefold() or text == str(card.id):
            return True
        return any(text in str(one.value).casefold() for held in card.values.values() for one in held)

    return test
