"""Registrations given by hand get a verdict at once, and live beside those of connections."""

import pytest

from partnersync.contract.columns import COLUMNS
from partnersync.domain.value import RecordKind
from small_firm import AS_OF, Firm
from workbooks import workbook

HEADER = "registration_id,partner_id,kind,client_name,client_domain,products,submitted_at\n"
PINE = "R-10,P-1,lead,Pine,pine.ru,licence,2026-03-20T10:00:00\n"
RIVAL = "R-11,P-2,lead,Pine,pine.ru,licence,2026-03-25T10:00:00\n"
NAMELESS = ",P-1,lead,Yew,yew.ru,licence,2026-03-25T10:00:00\n"
ONE = ("--id", "R-20", "--partner", "P-2", "--kind", "lead", "--client-name", "Elder")


def _given(firm: Firm, *args: str, as_of: str = AS_OF) -> tuple[int, dict[str, dict[str, object]]]:
    ended = firm.run("register", *args, "--as-of", as_of, "--language", "en", "--json")
    return ended.code, {row["registration_id"]: row for row in ended.json()}


def _file(firm: Firm, *rows: str) -> str:
    return str(firm.put("in/claims.csv", HEADER + "".join(rows)))


@pytest.mark.parametrize(
    ("row", "state", "code", "why"),
    [
        pytest.param(PINE, "approved", "OK", "The client is yours until 2026-05-19.", id="granted"),
        pytest.param(
            "R-12,P-2,lead,Fir,fir.ru,licence,2026-03-20\n",
            "rejected",
            "ALREADY_PROTECTED",
            "The client is protected for another partner until 2026-05-04.",
            id="against a claim of a connection",
        ),
        pytest.param(
            "R-13,P-9,lead,Yew,yew.ru,licence,2026-03-20\n",
            "rejected",
            "PARTNER_NOT_ELIGIBLE",
            "The partner is unknown, not active, or has no valid contract on that day.",
            id="of an unknown partner",
        ),
        pytest.param(
            "R-14,P-1,lead,,,licence,2026-03-20\n",
            "invalid",
            "DATA_MISSING",
            "The registration is incomplete: client_name, client_inn or client_domain or client_phone or client_email."
            " Complete it and submit it again.",
            id="incomplete",
        ),
    ],
)
def test_every_row_gets_its_verdict_in_words(firm: Firm, row: str, state: str, code: str, why: str) -> None:
    ended, told = _given(firm.synced(), _file(firm, row))
    one = told[row.split(",")[0]]
    assert (ended, one["ps_status"], one["ps_reason"], one["connection"]) == (0, state, code, "intake")
    assert why in str(one["why"])


def test_nothing_is_judged_before_partners_are_known(firm: Firm) -> None:
    ended = firm.run("register", _file(firm, PINE), "--as-of", AS_OF)
    assert (ended.code, "partnersync sync" in ended.err) == (2, True)
    code, told = _given(firm.synced(), _file(firm, PINE))
    assert (code, told["R-10"]["ps_status"]) == (0, "approved")


@pytest.mark.parametrize(
    ("cells", "named"),
    [
        pytest.param(("--evidence", "clientchoice"), ["evidence"], id="an unknown evidence"),
        pytest.param(
            ("--kind", "sale", "--client-inn", "0000000000", "--amount=-5", "--evidence", "clientchoice"),
            ["amount", "client_inn", "evidence"],
            id="several in one verdict",
        ),
    ],
)
def test_bad_values_are_named(firm: Firm, cells: tuple[str, ...], named: list[str]) -> None:
    rest = ("--client-domain", "elder.ru", "--products", "licence", "--expected-close", "2026-05-01")
    _, told = _given(firm.synced(), *ONE, *rest, *cells)
    one = told["R-20"]
    assert (one["ps_status"], one["ps_reason"], one["fields"]) == ("invalid", "DATA_MISSING", "|".join(named))


def test_people_read_it_in_their_language(firm: Firm) -> None:
    ended = firm.synced().run("register", _file(firm, PINE, RIVAL), "--as-of", AS_OF)
    assert "R-10  одобрена (approved)  OK\n  Клиент закреплён за вами до 19.05.2026" in ended.out
    assert "R-11  отклонена (rejected)  ALREADY_PROTECTED\n" in ended.out
    assert "P-1" not in ended.out


def test_a_bad_row_is_set_aside_and_the_others_go_on(firm: Firm) -> None:
    code, told = _given(firm.synced(), _file(firm, NAMELESS, PINE))
    assert (code, told["R-10"]["ps_status"]) == (3, "approved")
    assert "claims.csv:2" in str(told["line:2"]["set_aside"])
    assert _given(firm, _file(firm, NAMELESS, PINE))[0] == 0, "older issues are not signalled"
    assert _given(firm, _file(firm, PINE))[0] == 0
    assert firm.run("issues", "--json").json() == [], "mended"


def test_what_is_given_again_changes_nothing(firm: Firm) -> None:
    path = _file(firm.synced(), PINE, RIVAL)
    first = _given(firm, path)
    assert _given(firm, path) == first
    assert _given(firm, _file(firm, RIVAL, PINE)) == first, "in another order"
    told = firm.run("registrations", "--json", "--partner", "P-2", "--state", "rejected").json()
    assert [(row["registration_id"], row["related_id"]) for row in told] == [("R-11", "R-10"), ("R-2", "R-1")]


def test_rows_that_a_later_file_leaves_out_stay(firm: Firm) -> None:
    _given(firm.synced(), _file(firm, PINE))
    assert _given(firm, _file(firm, RIVAL))[1]["R-11"]["ps_reason"] == "ALREADY_PROTECTED"
    assert firm.sync().code == 0
    assert {row["registration_id"] for row in firm.run("registrations", "--json").json()} == {
        "R-1",
        "R-2",
        "R-10",
        "R-11",
    }


def test_other_content_corrects_what_is_undecided_and_nothing_else(firm: Firm) -> None:
    incomplete = "R-10,P-1,lead,Pine,,licence,2026-03-20T10:00:00\n"
    assert _given(firm.synced(), _file(firm, incomplete))[1]["R-10"]["ps_status"] == "invalid"
    assert _given(firm, _file(firm, PINE))[1]["R-10"]["ps_status"] == "approved"
    code, told = _given(firm, _file(firm, PINE.replace("pine.ru", "oak.ru")))
    assert (code, told["R-10"]["client_id"]) == (3, "domain:pine.ru"), "the decided content counts"
    assert "REGISTRATION_DECIDED" in str(told["R-10"]["set_aside"])
    assert _given(firm, _file(firm, PINE))[0] == 0
    assert firm.run("issues", "--json").json() == []


def test_a_decided_claim_of_a_file_stays_with_its_client_when_it_is_changed(firm: Firm) -> None:
    firm.synced().edit("data/registrations.csv", "R-1,P-1,lead,Fir,fir.ru", "R-1,P-1,lead,Oak,oak.ru")
    ended = firm.sync()
    assert ended.code == 3
    assert "REGISTRATION_DECIDED" in ended.out
    assert [row["client_id"] for row in firm.run("registrations", "--json").json()] == ["domain:fir.ru"] * 2


@pytest.mark.parametrize(
    ("client", "code", "found"),
    [
        pytest.param("Fir,fir.ru", 0, [], id="the same registration"),
        pytest.param("Oak,oak.ru", 3, ["DUPLICATE_ID"], id="one that says something else"),
    ],
)
def test_an_id_is_one_registration_in_all_connections(firm: Firm, client: str, code: int, found: list[str]) -> None:
    text = firm.text("data/registrations.csv").splitlines()
    path = firm.synced().put("in/claims.csv", "\n".join((text[0], text[1].replace("Fir,fir.ru", client))))
    ended, told = _given(firm, str(path))
    assert (ended, told["R-1"]["connection"], told["R-1"]["client_id"]) == (code, "main", "domain:fir.ru")
    assert [row["code"] for row in firm.run("issues", "--json").json()] == found


def test_one_by_options_is_as_a_row_of_a_file(firm: Firm) -> None:
    code, told = _given(firm.synced(), *ONE, "--client-domain", "elder.ru")
    moment = "2026-03-31T23:59:59+03:00"
    assert (code, told["R-20"]["ps_status"], told["R-20"]["submitted_at"]) == (0, "approved", moment)
    again = _given(firm, *ONE, "--client-domain", "elder.ru", as_of="2026-04-02")[1]
    assert again["R-20"]["submitted_at"] == moment, "given again it changes nothing"
    assert _given(firm, *ONE, "--client-domain", "other.ru", as_of="2026-04-02")[0] == 3


def test_there_is_an_option_for_every_column(firm: Firm) -> None:
    told = firm.run("register", "--help").out
    for column in COLUMNS[RecordKind.REGISTRATION][2:]:
        assert f"--{column.replace('_', '-')} TEXT" in told


def test_a_workbook_will_do(firm: Firm) -> None:
    rows = [line.split(",") for line in (HEADER + PINE).splitlines()]
    path = firm.synced().put("in/claims.xlsx", workbook({"x": rows}))
    assert _given(firm, str(path))[1]["R-10"]["ps_status"] == "approved"


@pytest.mark.parametrize(
    ("args", "told"),
    [
        pytest.param(("nowhere.csv",), "nowhere.csv is no file", id="no file"),
        pytest.param(("--partner", "P-1"), "without a file --id must be given", id="one without an id"),
        pytest.param(("data/deals.csv", "--id", "R-9"), "--id has no effect beside a file", id="both"),
    ],
)
def test_wrong_usage(firm: Firm, args: tuple[str, ...], told: str) -> None:
    ended = firm.run("register", *args)
    assert (ended.code, told in ended.err) == (2, True)


def test_a_file_that_is_no_table_is_named(firm: Firm) -> None:
    ended = firm.synced().run("register", str(firm.put("in/claims.csv", b"\0\1\2")), "--as-of", AS_OF)
    assert (ended.code, "NOT_CSV" in ended.out) == (3, True)
    assert firm.run("register", _file(firm, PINE), "--as-of", AS_OF).code == 0
    assert firm.run("issues", "--json").json() == []


def test_a_header_that_lacks_a_column_is_to_be_mended_in_the_file_alone(firm: Firm) -> None:
    file = firm.synced().put("in/claims.csv", "registration_id,partner,submitted_at\nR-10,P-1,2026-03-20\n")
    told = firm.run("register", str(file), "--as-of", AS_OF).told
    assert 'has no column "partner_id" for partner_id' in told
    assert "correct the header, which is registration_id, partner, submitted_at" in told
    assert "files.registrations" not in told


def test_nothing_is_pulled_or_written(firm: Firm) -> None:
    before = firm.synced().written()
    firm.edit("data/deals.csv", "D-2,Elm", "D-2,Elm tree")
    _given(firm, _file(firm, PINE))
    assert firm.written() == before
    assert "main: 3 deals" in firm.sync().out, "the next sync reads it"


def test_a_claim_given_by_hand_brings_its_partner_the_deal_and_the_money(firm: Firm) -> None:
    firm.edit("data/deals.csv", "D-1,Oak,oak.ru,P-1", "D-1,Oak,oak.ru,")
    _given(firm.synced(), _file(firm, "R-30,P-2,lead,Oak,oak.ru,licence,2026-02-20T10:00:00\n"))
    assert firm.sync().code == 0
    deal = firm.row("deals", "D-1")
    assert (deal["ps_partner_id"], deal["ps_registration_id"], deal["ps_commission"]) == ("P-2", "R-30", "500.00")
    written = firm.written()
    assert firm.sync().code == 0
    assert firm.written() == written


def test_people_are_told_about_it_on_the_partner(firm: Firm) -> None:
    firm.synced()
    _given(firm, _file(firm, "R-31,P-2,lead,Fir,fir.ru,service,2026-03-20T10:00:00\n"))
    assert firm.sync().code == 0
    told = {(row["record"], row["record_id"]) for row in firm.rows("notes") if row["kind"] == "other_product"}
    assert told == {("registration", "R-1"), ("partner", "P-2")}


def test_people_decide_about_it_as_about_any_other(firm: Firm) -> None:
    _given(firm.synced(), _file(firm, PINE, RIVAL))
    dated = ("--by", "u1", "--reason", "a letter", "--as-of", AS_OF)
    assert firm.run("approve", "R-2", *dated).code == 1, "R-1 stands in the way then"
    assert firm.sync(as_of="2098-01-01").code == 0
    assert firm.run("approve", "R-11", "--by", "u1", "--reason", "a letter").code == 0
    assert firm.sync(as_of="2099-01-01").code == 0
    told = firm.run("registrations", "--json", "--code", "BY_PERSON").json()
    assert [(row["registration_id"], row["ps_status"], row["decided_by"], row["reason"]) for row in told] == [
        ("R-11", "expired", "u1", "a letter"),
    ]
