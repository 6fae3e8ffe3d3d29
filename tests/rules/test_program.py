"""The terms as data: every key with its default, the version in force, the digest."""

import tomllib
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from partnersync.domain.value import Money
from partnersync.errors import ConfigError
from partnersync.fields import Table
from partnersync.rules.program import Program, Programme, read_program

DEFAULTS = """
effective_from = 2026-01-01
time_zone = "Europe/Moscow"
currency = "RUB"
language = "ru"
approvers = []
partner_managers = []

[registration]
review = "auto"
capacity_active = 25
capacity_per_day = 10
simultaneous_hours = 24
cooldown_days = 7
existing_client_days = 365
direct_active_days = 90
direct_active = "research"
provisional_after_bd = 5
first_response_bd = 1
decision_bd = 2
research_bd = 3
direct_only = { version = "", clients = [] }
scope = "client"
require_contract = false

[registration.capacity_by_tier]

[protection]
days = 90
days_by_kind = { project = 180, lead = 60 }
activate_within_days = 60
extension_days = 30
extension_max = 2
auto_extend = { days_left = 14, active_within_days = 30, advanced_within_days = 45 }
reminder_days = [30, 14, 7, 1]
dormant_days = 30
release_days = 45
won_after_expiry_days = 30
lost_then_new_days = 60
incumbent_months = 12

[attribution]
model = "first"
review_hours = 24
review_registrations = 10
review_accepted = "20%"

[attribution.look_back_days]
promo = 90
link = 30
link_partners = 90
tracked_call = 30
qr = 30
intro = 60
note = 30
statement = 60

[commission]
trigger = "payment"
base = "net_of_vat"
exclude_products = []
hold_days = 14
convert = false
max_total = "50%"
clawback = { within_days = 90, max_share_of_payout = "50%", parts = 3 }
rules = []

[commission.vat]
2019-01-01 = "20%"
2026-01-01 = "22%"

[tiers]

[payout]
minimum = "500 RUB"
close_on_bd = 5
accept_by_silence_bd = 5
pay_within_bd = 10
bank_change_days = 3
period_budget = ""
documents = []
verify_payees = false

[guard]
reverts_per_day = 3

[segments]
months = 36
recency_days = 14
empty_days = 90
min_deals = 0
min_ticket = ""

[churn]
days = [30, 90, 180, 365]
rhythm_factor = 2
ramp_up_days = 180
active_share_target = "60%"

[managers]
inactivity_days = 90
warn_days = [60, 75, 85]
no_progress_months = 6

[leads]
offers = 3
mode = "first_accept"
answer_hours = 24
per_day = 5
rank_limit = 50
in_work = 15
reverse = { won = 3, within_days = 90, suspend_days = 30 }

[calendar]
"""
ALL: dict[str, Any] = tomllib.loads(DEFAULTS)
FIRST = {"effective_from": date(2026, 1, 1)}


def read(text: str) -> Program:
    return read_program(tomllib.loads(text))


def keys_of(table: Table, above: str = "") -> Iterator[str]:
    for name in type(table).model_fields:
        value = getattr(table, name)
        yield from keys_of(value, f"{above}{name}.") if isinstance(value, Table) else (above + name,)


def keys_in(content: Mapping[str, Any], tables: set[str], above: str = "") -> Iterator[str]:
    for name, value in content.items():
        is_table = isinstance(value, Mapping) and above + name in tables
        yield from keys_in(value, tables, f"{above}{name}.") if is_table else (above + name,)


def test_every_key_has_the_default_of_the_list_and_the_list_has_every_key() -> None:
    plain = read_program(FIRST)
    assert read_program(ALL) == plain
    keys = set(keys_of(plain))
    tables = {key.rpartition(".")[0] for key in keys}
    assert set(keys_in(ALL, tables)) == keys


def test_values_are_read_exactly() -> None:
    program = read(
        """
        effective_from = 2026-02-01
        commission.max_total = "12.5%"
        commission.vat.2027-01-01 = "25%"
        payout = { minimum = "1000.50 USD", period_budget = "5 RUB" }
        protection.days_by_kind = { project = 200 }
        attribution.look_back_days.qr = 0
        calendar.2026 = { off = [2026-01-09], work = [2026-02-21] }
        """
    )
    assert program.commission.max_total == Fraction(1, 8)
    assert program.commission.vat == {
        date(2019, 1, 1): Fraction(1, 5),
        date(2026, 1, 1): Fraction(11, 50),
        date(2027, 1, 1): Fraction(1, 4),
    }
    assert program.payout.minimum == Money(100050, "USD")
    assert program.payout.period_budget == Money(500, "RUB")
    assert program.protection.days_by_kind == {"project": 200, "lead": 60}
    assert program.attribution.look_back_days["qr"] == 0
    assert program.attribution.look_back_days["promo"] == 90
    assert program.calendar[2026].off == (date(2026, 1, 9),)
    assert program.version == "2026-02-01"
    assert program.zone == ZoneInfo("Europe/Moscow")


def test_a_commission_rule_is_read_exactly() -> None:
    program = read(
        """
        effective_from = 2026-01-01
        [[commission.rules]]
        name = "services"
        when = { products = ["service"], deal_kinds = ["new", "renewal"], partners = [] }
        tiers = { measure = "base_in_quarter", bands = [
          { from = "0 RUB", to = "500000 RUB", rate = "10%" }, { from = "500000 RUB", rate = "12.5%" } ] }
        [[commission.rules]]
        name = "flat"
        fixed = "1500 RUB"
        """
    )
    services, flat = program.commission.rules
    assert services.when.asked() == {"products": {"service"}, "deal_kinds": {"new", "renewal"}}
    assert services.tiers is not None
    assert services.tiers.mode == "marginal"
    assert services.tiers.edges() == ((0, Fraction(1, 10)), (500_000_00, Fraction(1, 8)))
    assert flat.fixed == Money(1500_00, "RUB")
    assert (services.currency, flat.currency) == ("RUB", "RUB")


def test_a_program_cannot_be_changed() -> None:
    program = read_program(FIRST)
    with pytest.raises(ValidationError, match="frozen"):
        program.commission.hold_days = 3  # type: ignore[misc]


RULES = """
effective_from = 2026-01-01
[payout]
minimum = "1000 RUB"
[[commission.rules]]
name = "licence"
when = { products = ["licence"], deal_kinds = ["new"] }
rate = "50%"
"""


@pytest.mark.parametrize(
    ("text", "same"),
    [
        pytest.param("# a comment\n" + RULES.replace("\n", "\r\n"), True, id="a comment and other line ends"),
        pytest.param(RULES.replace('"50%"', '"50.0%"'), True, id="the same rate in other digits"),
        pytest.param(RULES.replace('"1000 RUB"', '"1000.00 RUB"'), True, id="the same sum in other digits"),
        pytest.param(RULES.replace("[payout]", "[payout]\nclose_on_bd = 5"), True, id="a default written out"),
        pytest.param(RULES.replace('["new"] }', '["new"], partners = [] }'), True, id="an empty list written out"),
        pytest.param(RULES + "[commission.vat]\n2019-01-01 = '20%'", True, id="a known VAT rate written out"),
        pytest.param(RULES.replace('"50%"', '"51%"'), False, id="another rate"),
        pytest.param(RULES.replace('"1000 RUB"', '"1000 USD"'), False, id="another currency"),
        pytest.param(RULES.replace('"licence"\n', '"licences"\n'), False, id="another name of a rule"),
        pytest.param(RULES.replace("2026-01-01", "2026-01-02"), False, id="another first day"),
        pytest.param(RULES + "[commission.vat]\n2019-01-01 = '18%'", False, id="another VAT rate"),
        pytest.param(RULES + "[registration.capacity_by_tier]\ngold = 50", False, id="an entry of an empty table"),
    ],
)
def test_the_digest_is_that_of_the_content(text: str, same: bool) -> None:
    assert (read(text).digest == read(RULES).digest) is same


def test_the_digest_never_moves() -> None:
    """It is kept beside booked lines: a change here would refuse every program that was ever used."""
    assert read(RULES).digest == "05650dcadaa9c537ed30236df40daba50a062e5c779a89af881fb3e44c43d8a0"


def programme(*days: str, **terms: object) -> Programme:
    return Programme(tuple(read_program({"effective_from": date.fromisoformat(day), **terms}) for day in days))


@pytest.mark.parametrize(
    ("moment", "version"),
    [
        pytest.param("2025-12-31T23:59:59.999999+03:00", None, id="before the first version"),
        pytest.param("2026-01-01T00:00:00+03:00", "2026-01-01", id="its first midnight"),
        pytest.param("2025-12-31T21:00:00+00:00", "2026-01-01", id="the same moment in UTC"),
        pytest.param("2026-03-31T20:59:59.999999+00:00", "2026-01-01", id="the last microsecond before the second"),
        pytest.param("2026-03-31T21:00:00+00:00", "2026-04-01", id="the second's first midnight"),
        pytest.param("2026-04-01T06:59:59+10:00", "2026-01-01", id="already the day elsewhere, not yet in the zone"),
        pytest.param("2031-01-01T00:00:00+00:00", "2026-07-01", id="long after the last began"),
    ],
)
def test_the_version_in_force_is_that_of_the_day_in_the_zone(moment: str, version: str | None) -> None:
    found = programme("2026-07-01", "2026-01-01", "2026-04-01").at(datetime.fromisoformat(moment))
    assert (found.version if found else None) == version


@given(hours=st.integers(-24 * 400, 24 * 400), zone=st.sampled_from(["Europe/Moscow", "Asia/Beirut", "America/Havana"]))
def test_at_agrees_with_the_calendar_of_the_zone(hours: int, zone: str) -> None:
    """Beirut and Havana change their clocks at midnight, so that a day may begin at one or have midnight twice."""
    days = ["2025-03-30", "2025-11-02", "2026-03-08", "2026-03-29"]
    moment = datetime(2025, 12, 1, 0, 30, tzinfo=UTC) + timedelta(hours=hours)
    today = moment.astimezone(ZoneInfo(zone)).date().isoformat()
    found = programme(*days, time_zone=zone).at(moment)
    assert (found.version if found else None) == max((day for day in days if day <= today), default=None)


def test_a_moment_without_a_zone_is_no_moment() -> None:
    with pytest.raises(TypeError):
        programme("2026-01-01").at(datetime(2026, 1, 1))  # noqa: DTZ001


def test_a_programme_tells_what_its_versions_share() -> None:
    both = Programme(
        (
            read_program({"effective_from": date(2026, 7, 1), "language": "en"}),
            read_program({"effective_from": date(2026, 1, 1)}),
        )
    )
    assert (both.zone, both.currency, both.language) == (ZoneInfo("Europe/Moscow"), "RUB", "en")
    assert both.named("2026-07-01") is both.versions[1]
    assert both.named("2026-07-02") is None
    assert both.digest("2026-01-01") == both.versions[0].digest
    assert both.digest("2027-01-01") is None


@pytest.mark.parametrize(
    ("versions", "said"),
    [
        pytest.param([], "has no version", id="none"),
        pytest.param([{}, {}], "effective_from is the first day of another version too", id="two of one day"),
        pytest.param(
            [{}, {"effective_from": date(2026, 7, 1), "currency": "USD"}],
            'currency differs from 2026-01-01\'s "RUB"',
            id="two currencies",
        ),
        pytest.param(
            [{}, {"effective_from": date(2026, 7, 1), "time_zone": "Asia/Omsk"}], "time_zone differs", id="two zones"
        ),
    ],
)
def test_versions_that_do_not_go_together_are_refused(versions: list[dict[str, Any]], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        Programme(tuple(read_program(FIRST | version) for version in versions))
