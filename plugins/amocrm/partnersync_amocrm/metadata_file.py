"""The account's definitions, read at most once an hour: kept in a file between runs, for this machine's user alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from partnersync.transport.kept_answers import KeptAnswers
from partnersync.transport.line import Query
from partnersync_amocrm.faults import NoRight, Refused
from partnersync_amocrm.metadata import ENTITIES, Metadata, metadata_of
from partnersync_amocrm.paging import Listing, pages
from partnersync_amocrm.transport import Client

_ACCOUNT: Query = [("with", "is_api_filter_enabled,datetime_settings,users_groups,task_types")]


@dataclass(frozen=True, slots=True)
class MetadataFile:
    """`url`: the account that the file must be of."""

    path: Path
    url: str

    def kept(self, now: datetime | None = None) -> Metadata | None:
        """What was read within the last hour, if anything was; without `now` however long ago."""
        answers = KeptAnswers(self.path, self.url).kept(now)
        try:
            return metadata_of(answers) if answers is not None else None
        except (ValueError, KeyError, TypeError):  # of another form: it is read anew
            return None

    def read(self, client: Client, now: datetime) -> Metadata:
        """Read it now and keep it."""
        answers = answers_of(client, now)
        KeptAnswers(self.path, self.url).keep(answers, now)
        return metadata_of(answers)


def answers_of(client: Client, now: datetime) -> dict[str, Any]:
    """The account's answers by path: ten calls or so, and one for each catalog."""
    account = client.answer("account", _ACCOUNT)
    told: dict[str, Any] = {"account": account.json(), "ahead_s": _ahead_s(account.headers, now)}
    for entity in ENTITIES:
        told |= _fields(client, entity)
    told["leads/pipelines"] = _all(client, "leads/pipelines", "pipelines")
    try:
        told["users"] = _all(client, "users", "users")
    except (NoRight, Refused):  # an external integration may not ask
        told["users"] = None
    told["catalogs"] = _all(client, "catalogs", "catalogs")
    for catalog in told["catalogs"]:
        path = f"catalogs/{catalog['id']}/custom_fields"
        told[path] = _all(client, path, "custom_fields")
    return told


def _fields(client: Client, entity: str) -> dict[str, Any]:
    path = f"{entity}/custom_fields"
    return {
        path: _all(client, path, "custom_fields"),
        f"{path}/groups": _all(client, f"{path}/groups", "custom_field_groups"),
    }


def _all(client: Client, path: str, name: str) -> list[dict[str, Any]]:
    return [row for page in pages(client, Listing(path, name)) for row in page]


def _ahead_s(headers: Mapping[str, str], now: datetime) -> int:
    """By the answer's header, which has whole seconds; less than two are none."""
    try:
        seconds = (parsedate_to_datetime(headers.get("date", "")) - now).total_seconds()
    except (ValueError, TypeError):
        return 0
    return round(seconds) if abs(seconds) >= 2 else 0
