"""What the commands by which people decide have in common: who decides, why, and beside no run."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import click
from sqlalchemy import Connection as Tx

from partnersync.cli.assemble import Company, now, opened_store
from partnersync.domain.actor import is_among
from partnersync.errors import ConfigError
from partnersync.store import runs
from partnersync.store.locks import lease, this_process
from partnersync.sync.publish import moment_text

by_option = click.option("--by", "actor", required=True, metavar="USER", help="Who decides: his user id.")
reason_option = click.option("--reason", required=True, metavar="TEXT", help="Why; it is kept for ever.")

_WAIT_S = 60


@contextmanager
def deciding(company: Company) -> Iterator[Tx]:
    """A transaction beside which no run decides."""
    with (
        opened_store(company) as store,
        lease(store, "programme", this_process(), now, wait_s=_WAIT_S),
        store.write() as tx,
    ):
        yield tx


def logged_in(does: str) -> str:
    """The login name of whoever calls; ConfigError where there is none, with what he `does`."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        raise ConfigError("nobody is logged in by name", hint=f"Say who {does}: --by USER") from None


def refuse_silence(reason: str) -> None:
    """A decision without a reason is none."""
    if not reason.strip():
        raise ConfigError("--reason is empty", hint="Say why; whoever looks at this later has only that")


def refuse_stranger(company: Company, actor: str) -> None:
    """Where the program names approvers, nobody else decides."""
    program = company.programme.at(now()) or company.programme.versions[-1]
    if program.approvers and not is_among(actor, program.approvers):
        raise ConfigError(f"{actor} is no approver", hint="Name them under approvers in the program, or let one decide")


def refuse_past(tx: Tx, asked: datetime, company: Company) -> None:
    """What was decided and booked by a run stays: nobody decides before it."""
    last, zone = runs.last_booked_as_of(tx), company.programme.zone
    if last and asked < last:
        text = f"--as-of {moment_text(asked, zone)} is earlier than the last booking run's {moment_text(last, zone)}"
        raise ConfigError(text, hint="Name that moment or a later one")
