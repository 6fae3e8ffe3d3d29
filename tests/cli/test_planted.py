"""Planted secrets and contacts come out nowhere: every command, succeeding and failing, at debug level, is searched.

What is searched: standard output and error, log files, the tables for people, the texts that the store keeps for them.
Ids are data of the programme: where they are contacts they stay exact in its own tables (ledger, plan, explain,
registrations), so an id is searched for in the rest alone.
"""

import io
import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from importlib.metadata import entry_points
from typing import Any

import pytest

from partnersync import loader
from partnersync.contract import secret
from partnersync.domain import masking
from partnersync.store import ledger, runs
from small_firm import AS_OF, Ended, Firm
from talkative import installed

TOKEN, FILE_TOKEN, PASSWORD = "tok3n-of-env+hidd3n/1", "tok3n-of-file hidd3n 2", "passw0rd-hidd3n-3"
SECRETS = ("tok3n", "passw0rd", "hidd3n")
NAME = "Zebulon Plantagenet"
DIGITS = "900555"  # of every planted phone
NUMBERS = (
    "+7 900 555-01-01",
    "8 (900) 555-01-02",
    "89005550103",
    "+79005550104",
    "8-900-555-01-05",
    "(900) 555-01-06",
    "900-555-01-07",
    "+7.900.555.01.08",
    "8 900 555\u201101\u201109",
)
MAIL = "zeb.leak{}@mail.example"
CONTACT = f"{MAIL.format(0)} {' and '.join(NUMBERS)}"
ID = "zed.id@mail.example"  # a deal, a partner and a registration are called so
OWN_TABLES = ("ledger", "registrations", "explain", "plan", "apply")

SETTINGS = f"""
[store]
url = {{ env = "PLANTED_STORE" }}

[log]
level = "debug"

[connections.main]
kind = "csv"
ledger = true
path = "data"
out = "out"

[connections.main.files.activities]
file = "calls.csv"
columns = {{ activity_id = "№", at = "Когда", kind = "Что", author = "{MAIL.format(1)}" }}

[connections.talk]
kind = "talkative"
token = {{ env = "PLANTED_TOKEN" }}
cell = "{CONTACT}"
name = "{NAME}"

[connections.more]
kind = "talkative"
token = {{ file = "token.txt" }}
cell = "{MAIL.format(2)}"
"""
PARTNERS = f"""\
partner_id,name,email,phone,inn,joined_on,bank_account
P-1,First,{MAIL.format(3)},{NUMBERS[0]},7707083893,,
P-2,Second,zeb.leak4@@mail,{NUMBERS[1]} or {NUMBERS[2]},{NUMBERS[3]},{MAIL.format(5)},
{ID},Third,{MAIL.format(6)},{NUMBERS[4]},,,{NUMBERS[5]}
P-1,Other,{MAIL.format(7)},,,,
"""
DEALS = f"""\
deal_id,title,client_name,client_domain,client_email,client_phone,partner_id,products,state,amount,created_at,closed_at
D-1,Call {CONTACT},Oak,oak.ru,{MAIL.format(8)},{NUMBERS[0]},P-1,licence,won,1000,2026-03-01,2026-03-10
{ID},,Elm,elm.ru,{MAIL.format(9)}|x,{NUMBERS[7]},{ID},licence,won,1500,2026-03-02,2026-03-11
D-3,,Fir,fir.ru,not an address of {NAME},{NUMBERS[6]} ext,P-1,licence,open,700,2026-03-20,
D-9,,Fir,fir.ru,,,P-1,licence,{CONTACT},700,2026-03-20,
D-4,,Ash,{MAIL.format(10)},,,P-1,licence,open,{NUMBERS[1]},{NUMBERS[3]},{MAIL.format(11)}
{NUMBERS[0]},,Yew,,,,P-1,licence,{MAIL.format(12)},700,2026-03-20,
D-6,,Bay,bay.ru,,,P-1,licence,open,700,2026-03-20,,{CONTACT},{NUMBERS[8]}
D-7,"{CONTACT},Fig,fig.ru,,,P-1,licence,open,700,2026-03-20,
,{CONTACT},Fig,fig.ru,,,P-1,licence,open,700,2026-03-20,
D-1,again {MAIL.format(13)},Oak,oak.ru,{MAIL.format(14)},,P-1,licence,won,7,2026-03-01,2026-03-10
"""
PAYMENTS = f"""\
payment_id,deal_id,paid_at,amount,currency,product
M-1,D-1,2026-03-10,1000,,
M-2,{ID},2026-03-11,1500,,
{MAIL.format(15)},{MAIL.format(16)},2026-03-11,5,,
M-4,D-1,{NUMBERS[0]},{CONTACT},{MAIL.format(17)},
M-5,D-1,2025-03-11,5,,{MAIL.format(18)}
"""
REGISTRATIONS = f"""\
registration_id,partner_id,kind,client_name,client_domain,client_inn,contact_name,client_email,consent,products,submitted_at
R-1,P-1,lead,Fir,fir.ru,,{NAME},{MAIL.format(19)},yes,licence,2026-03-05T10:00:00
{ID},P-2,lead,Fir,fir.ru,,{NAME},{MAIL.format(20)},yes,service,2026-03-06T10:00:00
R-3,P-1,{MAIL.format(21)},Fir,fir.ru,{NUMBERS[2]},{NAME},,{NUMBERS[1]},licence,{NUMBERS[0]}
"""
CALLS = f"""\
№;Когда;Что;{MAIL.format(1)};deal_id
A-1;2026-03-05T10:00;call;U-1;D-1
A-2;{NUMBERS[0]};{MAIL.format(22)};{CONTACT};D-1
"""
USERS = f"user_id,name,email,group,active\nU-1,{NAME},{MAIL.format(23)},,{NUMBERS[4]}\n,,{MAIL.format(24)},,\n"
DOCUMENTS = f"partner_id,period,kind,received_on\nP-1,{NUMBERS[0]},act,{MAIL.format(25)}\n"
RATES = f"date,currency,rate,source\n2026-03-01,{MAIL.format(26)},{NUMBERS[1]},{NUMBERS[2]}\n"


@pytest.fixture
def planted(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> Firm:
    """A company with something to hide in every file, and two systems that say all they know."""
    firm.put("config/partnersync.toml", SETTINGS)
    files = {"partners": PARTNERS, "deals": DEALS, "payments": PAYMENTS, "registrations": REGISTRATIONS}
    files |= {"calls": CALLS, "users": USERS, "documents": DOCUMENTS, "rates": RATES}
    for name, text in files.items():
        firm.put(f"data/{name}.csv", text)
    firm.put("token.txt", FILE_TOKEN + "\n").chmod(0o600)
    monkeypatch.setenv("PLANTED_TOKEN", TOKEN)
    monkeypatch.setenv("PLANTED_STORE", "sqlite:///partnersync.db")
    found = [*entry_points(group=loader.GROUP), *installed(f"no licence of {CONTACT}")]
    monkeypatch.setattr(loader, "entry_points", lambda group: found)
    return firm


def leaks(text: str, *, ids: bool = True) -> set[str]:
    """What of the plants stands in a text, also in parts and written in another way."""
    joined = re.sub(r"(?<=\d)[\s().\-\u2010-\u2015]+(?=\d)", "", text)
    found = {plant for plant in (*SECRETS, "zeb.leak", "Zebulon", "Plantagenet") if plant.lower() in text.lower()}
    if DIGITS in joined:
        found.add(DIGITS)
    return found | ({"zed.id"} if ids and "zed.id" in text else set())


@pytest.fixture
def said(planted: Firm, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ended]:
    """Run a command and search all that it says."""
    monkeypatch.setattr("partnersync.cli.progress._EVERY_S", 0)

    def run(*words: str, code: int | None = None) -> Ended:
        ended = planted.run(*words)
        assert code in (None, ended.code), ended.told
        own = words[0] in OWN_TABLES
        assert (words, leaks(ended.out, ids=not own), leaks(ended.err)) == (words, set(), set())
        return ended

    return run


def kept(firm: Firm) -> Iterator[tuple[str, str]]:
    """Everything that people or other systems get to read later: name and text."""
    for path in sorted([*firm.root.glob("*.log*"), *firm.root.glob("out/[int]*.csv")]):
        yield path.name, path.read_text()
    queries = {
        "issues": "SELECT value, reason FROM issues",
        "runs": "SELECT command, counts FROM runs",
        "audit": "SELECT reason FROM audit",
        "outbox": "SELECT text FROM outbox",
    }
    with closing(sqlite3.connect(firm.root / "partnersync.db")) as database:
        for name, query in queries.items():
            yield name, "\n".join(str(row) for row in database.execute(query))


def searched(firm: Firm) -> dict[str, set[str]]:
    """Leaks in what is kept; the last column of notes and tasks says where they belong: exact ids."""
    return {
        name: found for name, text in kept(firm) if (found := leaks(text, ids=name not in ("notes.csv", "tasks.csv")))
    }


FORMS = [
    pytest.param("", id="text on standard error"),
    pytest.param('format = "json"\n', id="json on standard error"),
    pytest.param('file = "planted.log"\n', id="text in a file"),
    pytest.param('file = "planted.log"\nformat = "json"\n', id="json in a file"),
]


@pytest.mark.parametrize("form", FORMS)
def test_all_commands_that_do_their_work(planted: Firm, said: Callable[..., Ended], form: str) -> None:
    planted.edit("config/partnersync.toml", "[log]\n", f"[log]\n{form}")
    said("doctor")
    said("doctor", "--json")
    said("plan", "--as-of", AS_OF, "-o", "plan.json", code=3)
    said("plan", "--as-of", AS_OF, "--json", "--log-level", "debug")
    said("sync", "--as-of", AS_OF, "--dry-run")
    said("apply", "plan.json", code=3)
    said("sync", "--as-of", AS_OF)
    for words in (["issues"], ["status"], ["audit"], ["registrations"], ["ledger"], ["verify"], ["plugins", "list"]):
        said(*words)
        said(*words, "--json")
    for kind, name in (("deal", "main/D-1"), ("registration", "R-1"), ("partner", "P-1"), ("deal", ID)):
        said("explain", kind, name)
        said("explain", kind, name, "--json")
    for table in ("issues", "ledger"):
        said(table, "--csv", f"out/{table[0]}-copy.csv")
    said("audit", "--record", f"deal/{ID}", code=0)
    said("issues", "retry", "--all", code=0)
    said("issues", "retry", "--all", "--json", code=0)
    said("sync", "--as-of", AS_OF, "--json")
    said("db", "backup", "kept.backup", "--log-level", "debug", code=0)
    said("db", "upgrade", code=0)
    found = planted.run("issues", "--json").json()
    assert len(found) > 25
    assert {"main", "talk", "more"} <= {row["connection"] for row in found}
    assert searched(planted) == {}
    assert ID in planted.text("out/ledger.csv")  # the ledger's ids are exact


def foreign(firm: Firm) -> None:
    """A person types contacts into our fields."""
    head, first, *rest = firm.text("out/deals.csv").splitlines(keepends=True)
    cells = first.rstrip("\n").split(",")
    cells[head.split(",").index("ps_partner_id")] = NUMBERS[1]
    cells[head.split(",").index("ps_source")] = MAIL.format(30)
    firm.put("out/deals.csv", "".join([head, ",".join(cells) + "\n", *rest]))


def test_what_a_person_types_into_our_fields(planted: Firm, said: Callable[..., Ended]) -> None:
    planted.edit("data/deals.csv", f"Call {CONTACT}", "Call")
    said("sync", "--as-of", AS_OF)
    foreign(planted)
    ended = said("sync", "--as-of", AS_OF, "--json", code=3)
    assert [edit["seen"] for edit in ended.json()["foreign_edits"]] == ["***", "***"]
    said("sync", "--as-of", AS_OF)
    said("plan", "--as-of", AS_OF)
    assert searched(planted) == {}


CONFIG = "config/partnersync.toml"
TERMS = "config/program/2026-01-01.toml"
Spoil = Callable[[Firm, pytest.MonkeyPatch], object]


def config(old: str, new: str) -> Spoil:
    return lambda firm, _: firm.edit(CONFIG, old, new)


def talk(call: str) -> Spoil:
    return config("\n[connections.more]", f'fails = "{call}"\n\n[connections.more]')


def env(name: str, value: str) -> Spoil:
    return lambda _, patch: patch.setenv(name, value)


def bug(module: Any, name: str) -> Spoil:
    def fail(*_: object, **__: object) -> object:
        try:
            raise ValueError(CONTACT)
        except ValueError as error:
            raise KeyError(f"{CONTACT} with {TOKEN}") from error

    return lambda _, patch: patch.setattr(module, name, fail)


@pytest.mark.parametrize(
    "spoil",
    [
        *(
            pytest.param(talk(f"{call} {kind}"), id=f"a plugin fails: {call}, {kind}")
            for call in ("make", "pull", "push", "publish", "check")
            for kind in ("bug", "later", "sign in")
        ),
        pytest.param(config('{ env = "PLANTED_TOKEN" }', f'"{TOKEN}"'), id="a token in plain text"),
        pytest.param(config('{ env = "PLANTED_TOKEN" }', f'{{ env = "{TOKEN} " }}'), id="a token for its name"),
        pytest.param(config('"PLANTED_TOKEN" }', '"PLANTED_TOKEN", file = "token.txt" }'), id="a token twice"),
        pytest.param(config('{ env = "PLANTED_TOKEN" }', "[]"), id="a list for a token"),
        pytest.param(config(f'cell = "{CONTACT}"', f'cell = "{CONTACT}"\nregion = "{CONTACT}"'), id="a refused value"),
        pytest.param(config(f'cell = "{CONTACT}"', f'cel = "{CONTACT}"'), id="a misspelt key"),
        pytest.param(config(f'cell = "{CONTACT}"', f'cell = "{CONTACT}'), id="no TOML"),
        pytest.param(config("[log]", f'partners = "{MAIL.format(31)}"\n[log]'), id="a key in the wrong place"),
        pytest.param(config('{ env = "PLANTED_STORE" }', f'"postgresql://u:{PASSWORD}@h/d"'), id="a plain password"),
        pytest.param(
            config('{ env = "PLANTED_STORE" }', f'"postgresql://h/d?password={PASSWORD}"'), id="another plain password"
        ),
        pytest.param(config("[connections.more]", f'[connections."{MAIL.format(32)}"]'), id="a contact for a name"),
        pytest.param(env("PLANTED_STORE", f"postgresql://u:{PASSWORD}@127.0.0.1:1/d"), id="a store out of reach"),
        pytest.param(env("PLANTED_STORE", f"mysql://u:{PASSWORD}@127.0.0.1:1/d"), id="a store of another kind"),
        pytest.param(env("PLANTED_STORE", f"sqlite:///{PASSWORD}/x.db"), id="a store in no folder"),
        pytest.param(env("PLANTED_TOKEN", ""), id="an empty token"),
        pytest.param(lambda firm, _: (firm.root / "token.txt").chmod(0o644), id="a token that others may read"),
        pytest.param(lambda firm, _: firm.put("token.txt", b"\xff" + FILE_TOKEN.encode()), id="a token in bytes"),
        pytest.param(lambda firm, _: (firm.root / "token.txt").unlink(), id="no token"),
        pytest.param(lambda firm, _: firm.edit(TERMS, '"RUB"', f'"{CONTACT}"'), id="a contact in the terms"),
        pytest.param(lambda firm, _: firm.edit(TERMS, "currency =", f'"{CONTACT}" ='), id="a contact for a key"),
        pytest.param(
            lambda firm, _: firm.put("data/deals.csv", f"{CONTACT}\0;{NAME}\n"), id="a file of something else"
        ),
        pytest.param(
            lambda firm, _: firm.put("data/deals.csv", f"{CONTACT};{MAIL.format(33)}\n1;2\n"),
            id="a file without header",
        ),
        pytest.param(lambda firm, _: firm.put("partnersync.db", CONTACT * 99), id="a store of something else"),
        pytest.param(bug(runs, "start"), id="a bug in the run"),
        pytest.param(bug(runs, "latest"), id="a bug in a table"),
        pytest.param(bug(ledger, "verify"), id="a bug in a proof"),
    ],
)
@pytest.mark.parametrize("form", ['file = "planted.log"\n', 'format = "json"\n'], ids=["file", "json"])
def test_all_commands_that_fail(
    planted: Firm, said: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch, spoil: Spoil, form: str
) -> None:
    spoil(planted, monkeypatch)
    planted.edit(CONFIG, "[log]\n", f"[log]\n{form}") if "[log]" in planted.text(CONFIG) else None
    codes = [
        said(*words).code
        for words in (
            ["doctor"],
            ["sync", "--as-of", AS_OF, "--log-level", "debug"],
            ["--debug", "sync", "--as-of", AS_OF, "--json"],
            ["status", "--debug"],
            ["verify", "--debug", "--json"],
            ["issues"],
            ["audit", "--json"],
            ["db", "backup", "kept.backup", "--force"],
        )
    ]
    assert any(codes)
    with_store = sqlite3.connect(planted.root / "partnersync.db")
    with closing(with_store):
        readable = planted.root.joinpath("partnersync.db").read_bytes().startswith(b"SQLite")
    if readable:
        assert searched(planted) == {}


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(["explain", "deal", MAIL.format(40)], id="an id that is not known"),
        pytest.param(["explain", "registration", NUMBERS[0]], id="another one"),
        pytest.param(["explain", "line", MAIL.format(40)], id="a line"),
        pytest.param(["explain", MAIL.format(40), "1"], id="a kind that is not known"),
        pytest.param([MAIL.format(41)], id="a command that is not known"),
        pytest.param(["sync", MAIL.format(42)], id="a connection that is not known"),
        pytest.param(["sync", "--as-of", NUMBERS[0]], id="no time"),
        pytest.param(["sync", f"--{MAIL.format(43)}"], id="an option that is not known"),
        pytest.param(["ledger", "--period", NUMBERS[1]], id="no month"),
        pytest.param(["ledger", "--deal", MAIL.format(44)], id="no deal"),
        pytest.param(["audit", "--record", MAIL.format(45)], id="no record"),
        pytest.param(["audit", "--deal", f"main/{MAIL.format(45)}"], id="no deal of the audit"),
        pytest.param(["issues", "retry", MAIL.format(46)], id="no issue"),
        pytest.param(["apply", "data/deals.csv"], id="no plan"),
        pytest.param(["db", "restore", "data/deals.csv"], id="no backup"),
        pytest.param(["status", "--config", f"{MAIL.format(47)}.toml"], id="no settings"),
        pytest.param(["init", "--yes", "--config", "new/config/x.toml", "--from", NUMBERS[0]], id="no day"),
        pytest.param(
            ["init", "--yes", "--config", "new/config/x.toml", "--currency", MAIL.format(48)], id="no currency"
        ),
        pytest.param(["init", "--yes", "--config", "new/config/x.toml", "--zone", MAIL.format(48)], id="no zone"),
        pytest.param(["demo", "--into", "data"], id="no folder for a demo"),
    ],
)
def test_wrong_words(planted: Firm, said: Callable[..., Ended], words: list[str]) -> None:
    planted.sync()
    assert said(*words).code == 2


@pytest.mark.parametrize(
    ("break_it", "expected"),
    [
        pytest.param(
            lambda patch: patch.setattr(masking, "_EMAIL", re.compile("(?!)")), {"zeb.leak", "zed.id"}, id="mails"
        ),
        pytest.param(lambda patch: patch.setattr(masking, "_PHONE", re.compile("(?!)")), {DIGITS}, id="phones"),
        pytest.param(lambda patch: patch.setattr(masking, "CONTACT_COLUMNS", frozenset()), {"Zebulon"}, id="columns"),
        pytest.param(lambda patch: patch.setattr(secret, "_forms", lambda text: set()), {"tok3n"}, id="secrets"),
    ],
)
def test_the_search_finds_what_is_not_masked(
    planted: Firm, monkeypatch: pytest.MonkeyPatch, break_it: Callable[[pytest.MonkeyPatch], None], expected: set[str]
) -> None:
    monkeypatch.setattr(secret, "_known", set())
    break_it(monkeypatch)
    ended = planted.sync("--log-level", "debug")
    told = io.StringIO()
    told.write(ended.told + json.dumps(planted.run("issues", "--json").json(), ensure_ascii=False))
    assert expected <= leaks(told.getvalue())
