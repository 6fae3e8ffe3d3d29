"""People decide about registrations: R-1 of P-1 protects the client of D-3, R-2 of P-2 was refused."""

import pytest

from small_firm import Firm

WHY = ("--by", "u1", "--reason", "a letter came")
LATER = "2099-01-01"


def _states(firm: Firm) -> dict[str, tuple[str, str]]:
    return {row["registration_id"]: (row["ps_status"], row["ps_reason"]) for row in firm.rows("registrations")}


@pytest.fixture
def synced(firm: Firm) -> Firm:
    """After a first sync, as of the day of the files; decisions are made by the clock, later."""
    firm.edit(
        "config/program/2026-01-01.toml",
        "[commission]",
        "[protection]\ndays_by_kind = { lead = 36000 }\nactivate_within_days = 36000\n\n[commission]",
    )
    return firm.synced()


@pytest.mark.parametrize(
    ("commands", "first", "second"),
    [
        pytest.param(
            [("reject", "R-1"), ("approve", "R-2")], ("rejected", "BY_PERSON"), ("active", "BY_PERSON"), id="the other"
        ),
        pytest.param(
            [("transfer", "R-1", "--to", "P-2")], ("transferred", "BY_PERSON"), ("active", "BY_PERSON"), id="passed on"
        ),
        pytest.param([("release", "R-1")], ("released", "BY_PERSON"), ("rejected", "ALREADY_PROTECTED"), id="released"),
        pytest.param(
            [("withdraw", "R-1")], ("withdrawn", "BY_PERSON"), ("rejected", "ALREADY_PROTECTED"), id="withdrawn"
        ),
        pytest.param([("extend", "R-1")], ("approved", "OK"), ("rejected", "ALREADY_PROTECTED"), id="extended"),
    ],
)
def test_what_people_decide_counts_from_the_next_sync_on(
    synced: Firm, commands: list[tuple[str, ...]], first: tuple[str, str], second: tuple[str, str]
) -> None:
    before = synced.row("registrations", "R-1")["ps_protected_until"]
    for index, command in enumerate(commands):
        ended = synced.run(*command, *WHY)
        assert ended.code == 0, ended.told
        if index < len(commands) - 1:
            synced.sync(as_of=LATER)
    assert synced.sync(as_of=LATER).code == 0
    assert _states(synced) == {"R-1": first, "R-2": second}
    assert (synced.row("registrations", "R-1")["ps_protected_until"] > before) is (commands[0][0] == "extend")
    told = synced.run("audit", "--json", "--record", "registration/R-1").json()
    assert [(row["actor"], row["reason"]) for row in told if row["action"] == commands[0][0]] == [
        ("u1", "a letter came")
    ]


@pytest.mark.parametrize(
    ("command", "code", "told"),
    [
        pytest.param(("approve", "R-2"), 1, "R-1", id="another partner's live one is named"),
        pytest.param(("transfer", "R-1", "--to", "P-9"), 2, "P-9", id="an unknown partner"),
        pytest.param(("transfer", "R-1", "--to", "P-1"), 1, "P-1", id="he has no claim that could take it"),
        pytest.param(("extend", "R-2"), 1, "rejected", id="what protects nothing"),
        pytest.param(("release", "R-9"), 2, "R-9", id="an unknown registration"),
    ],
)
def test_what_cannot_be_decided(synced: Firm, command: tuple[str, ...], code: int, told: str) -> None:
    ended = synced.run(*command, *WHY)
    assert ended.code == code
    assert told in ended.err


def test_a_partner_has_one_live_registration_of_a_client_and_product(firm: Firm) -> None:
    firm.edit("config/program/2026-01-01.toml", "effective_from", 'registration.review = "manual"\neffective_from')
    synced = firm.synced()
    header = "registration_id,partner_id,kind,client_name,client_domain,products,submitted_at\n"
    rows = [f"R-{number},P-1,lead,Yew,yew.ru,licence,2026-04-0{number}T10:00:00\n" for number in (3, 4)]
    given = synced.run("register", str(synced.put("in/claims.csv", header + "".join(rows))), "--as-of", LATER)
    assert given.code == 0, given.told
    assert synced.run("approve", "R-4", *WHY, "--as-of", LATER).code == 0
    assert synced.sync(as_of=LATER).code == 0
    ended = synced.run("approve", "R-3", *WHY, "--as-of", LATER)
    assert (ended.code, "R-4" in ended.err) == (1, True)


@pytest.mark.parametrize(
    ("refused", "told"),
    [
        pytest.param("R-2", "", id="the claim that fits is taken, not the last one"),
        pytest.param("", "R-5", id="none fits beside his live one"),
    ],
)
def test_a_transfer_leaves_no_two_live_ones_either(firm: Firm, refused: str, told: str) -> None:
    """P-2 has the other product of the client already, and claims both."""
    if not refused:
        firm.edit("data/registrations.csv", "R-2,P-2,lead,Fir,fir.ru", "R-2,P-2,lead,Oak,oak.ru")
    header = "registration_id,partner_id,kind,client_name,client_domain,products,submitted_at\n"
    rows = [
        "R-5,P-2,lead,Fir,fir.ru,service,2026-03-30T10:00:00\n",
        "R-6,P-2,lead,Fir,fir.ru,licence|service,2026-03-30T11:00:00\n",
    ]
    given = firm.synced().run(
        "register", str(firm.put("in/claims.csv", header + "".join(rows))), "--as-of", "2026-04-01"
    )
    assert given.code == 0, given.told
    ended = firm.run("transfer", "R-1", "--to", "P-2", *WHY, "--as-of", "2026-04-02")
    assert (ended.code, told in ended.err) == (1 if told else 0, True)
    assert firm.sync(as_of="2026-04-03").code == 0
    states = {one: state for one, (state, _) in _states(firm).items()}
    assert (states["R-1"], states.get(refused, "active")) == ("approved" if told else "transferred", "active")


def test_an_extension_has_its_limit(synced: Firm) -> None:
    assert [synced.run("extend", "R-1", *WHY).code for _ in range(3)] == [0, 0, 1]


def test_the_partner_asks_for_an_extension(synced: Firm) -> None:
    def state() -> str:
        ended = synced.sync(as_of=LATER)
        assert ended.code == 0, ended.told
        return synced.row("registrations", "R-1")["ps_status"]

    ask, refuse = ("extend", "R-1", "--request", *WHY), ("extend", "R-1", "--refuse", *WHY)
    assert "once there is a deal" in synced.run(*ask).err
    synced.edit("data/deals.csv", "D-3,", "D-4,Fir,fir.ru,P-1,licence,open,700,2026-03-21,,,\nD-3,")
    assert [state(), synced.run(*refuse).code] == ["active", 1]
    assert [synced.run(*ask).code, synced.run(*ask).code] == [0, 1]
    assert [state(), state()] == ["extension_requested", "extension_requested"]
    told = synced.run("explain", "registration", "R-1").out
    assert "просит продлить" in told
    assert sum("Решите о продлении" in row["text"] for row in synced.rows("tasks")) == 1
    assert [synced.run(*refuse).code, synced.run(*refuse).code, state()] == [0, 1, "active"]
    assert "отказ в продлении" in synced.run("explain", "registration", "R-1").out
    before = synced.row("registrations", "R-1")["ps_protected_until"]
    assert [synced.run(*ask).code, state()] == [0, "extension_requested"]
    assert [synced.run("extend", "R-1", *WHY).code, state()] == [0, "active"]
    assert synced.row("registrations", "R-1")["ps_protected_until"] > before


def test_anybody_asks_and_an_approver_decides(synced: Firm) -> None:
    synced.edit("config/program/2026-01-01.toml", "effective_from", 'approvers = ["boss"]\neffective_from')
    assert synced.run("extend", "R-1", "--refuse", *WHY).code == 2
    assert synced.run("extend", "R-1", "--request", *WHY).code == 1  # it has no deal yet


def test_a_decision_needs_a_reason_and_an_approver(synced: Firm) -> None:
    assert synced.run("reject", "R-1", "--by", "u1", "--reason", " ").code == 2
    synced.edit("config/program/2026-01-01.toml", "effective_from", 'approvers = ["boss"]\neffective_from')
    assert synced.run("reject", "R-1", *WHY).code == 2


def test_a_decision_may_be_dated_but_not_before_the_last_run(synced: Firm) -> None:
    dated = ("extend", "R-1", *WHY, "--as-of")
    refused = synced.run(*dated, "2026-03-30")
    assert refused.code == 2
    assert "is earlier than the last booking run's 2026-03-31T23:59:59+03:00" in refused.err
    assert synced.run(*dated, "2026-04-02").code == 0
    before = synced.row("registrations", "R-1")["ps_protected_until"]
    for day, counts in (("2026-04-01", False), ("2026-04-02", True)):
        assert synced.sync(as_of=day).code == 0
        assert (synced.row("registrations", "R-1")["ps_protected_until"] > before) is counts
    extended = "u1 extended the protection on 2026-04-02. Reason: a letter came."
    explain = ("explain", "registration", "R-1", "--language", "en", "--json", "--as-of")
    assert extended in synced.run(*explain, "2026-04-02").json()["why"]
    assert extended not in synced.run(*explain, "2026-04-01").json()["why"]
