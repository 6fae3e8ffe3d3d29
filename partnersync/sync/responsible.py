"""A task for each partner without a responsible manager, once for each manager who cannot be it."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection as Tx

from partnersync.domain.activity import User
from partnersync.domain.note import Task
from partnersync.domain.say import Say
from partnersync.domain.value import RecordKind
from partnersync.rules.calendar import after_business_days
from partnersync.rules.partners import Partners
from partnersync.rules.program import Program
from partnersync.rules.responsible import unmanaged
from partnersync.store import outbox
from partnersync.store.records import Row
from partnersync.sync import knowing

_KIND = "manager_warning"


def ask_for_managers(
    tx: Tx, partners: Partners, rows: Mapping[str, Row], program: Program, as_of: datetime, say: Say
) -> None:
    """Note the tasks; where no connection tells users, nobody can say who is one."""
    users = _users(tx)
    if not users:
        return
    due_at = after_business_days(as_of, 1, program)
    outbox.put(
        tx,
        [
            Task(
                f"{_KIND}/{partner.partner_id}/{partner.manager or ''}/task",
                rows[partner.partner_id].connection,
                _KIND,
                RecordKind.PARTNER,
                rows[partner.partner_id].record_id,
                say(text).format(partner=partner.partner_id, manager=partner.manager),
                as_of,
                due_at,
            )
            for partner, text in unmanaged(partners.by_id.values(), users, program.partner_managers)
        ],
    )


def _users(tx: Tx) -> dict[str, User]:
    """By their own ids, as partners name them; of several with one id an active one."""
    found = sorted(knowing.users(tx), key=lambda user: user.active)
    return {user.ref.partition("/")[2]: user for user in found}
