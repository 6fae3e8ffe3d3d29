"""Pipelines and their stages."""

from typing import Any

from partnersync.sandbox.messages import Response
from partnersync_amocrm_sandbox.calls import Actor, Call, route
from partnersync_amocrm_sandbox.cards import LOST, WON, Kind
from partnersync_amocrm_sandbox.changes import Edit, update
from partnersync_amocrm_sandbox.checks import ANY, BOOL, INT, LIST, OBJECT, TEXT, Findings, Store, batch, single
from partnersync_amocrm_sandbox.definitions import COLOURS, Pipeline, Status
from partnersync_amocrm_sandbox.hal import NOTHING, added, counted, ok
from partnersync_amocrm_sandbox.problems import Refusal, error, problem, refused

MOST_PIPELINES, MOST_STATUSES = 50, 100
_PIPELINE = {
    "name": TEXT,
    "sort": INT,
    "is_main": BOOL,
    "is_unsorted_on": BOOL,
    "_embedded": OBJECT,
    "request_id": ANY,
}
_STATUS = {"id": INT, "name": TEXT, "sort": INT, "color": TEXT, "request_id": ANY}


def get_pipelines(call: Call) -> Response:
    """All of them, whatever page and limit ask for."""
    pipelines = sorted(call.account.pipelines.values(), key=lambda pipeline: pipeline.sort)
    return added(call, "pipelines", [_pipeline_view(call, pipeline) for pipeline in pipelines], total=True)


def get_pipeline(call: Call) -> Response:
    """One."""
    pipeline = call.account.pipelines.get(call.number("pid"))
    return ok(_pipeline_view(call, pipeline)) if pipeline else NOTHING


def post_pipelines(call: Call) -> Response:
    """New ones; each gets the three stages of the system."""
    call.need_admin()

    def read(item: Any, findings: Findings) -> Store:
        good = findings.shape(item, _PIPELINE, needed=("name", "sort", "is_main", "is_unsorted_on"))
        named = findings.shape(good.get("_embedded", {}), {"statuses": LIST}, path="_embedded").get("statuses", [])
        stages = [
            _read_status(one, findings, f"_embedded.statuses.{place}", needed=("name",))
            for place, one in enumerate(named)
        ]

        def store() -> dict[str, Any]:
            pipeline = Pipeline(call.account.new_id(), good["name"], good["sort"])
            new_id, own = call.account.new_id, [stage for stage in stages if stage.get("id") not in (WON, LOST)]
            pipeline.statuses = [Status(new_id(), pipeline.id, "Неразобранное", 10, "#c1c1c1", type=1)]
            for place, stage in enumerate(own or [{"name": "Первичный контакт"}]):
                sort = stage.get("sort", 20 + place * 10)
                color = stage.get("color", "#c1e0ff")
                pipeline.statuses.append(Status(new_id(), pipeline.id, stage["name"], sort, color))
            names = {stage["id"]: stage["name"] for stage in stages if stage.get("id") in (WON, LOST)}
            for status_id, name, sort in (
                (WON, "Успешно реализовано", 10_000),
                (LOST, "Закрыто и не реализовано", 11_000),
            ):
                pipeline.statuses.append(Status(status_id, pipeline.id, names.get(status_id, name), sort, "#d5d8db"))
            call.account.pipelines[pipeline.id] = pipeline
            return _apply_pipeline(call, pipeline, good)

        return store

    if len(call.account.pipelines) >= MOST_PIPELINES:
        raise Refusal(problem(422, f"Only {MOST_PIPELINES} pipelines are allowed"))
    return added(call, "pipelines", batch(call, read), total=True)


def patch_pipeline(call: Call) -> Response:
    """Change one."""
    call.need_admin()
    pipeline = _pipeline(call)

    def read(item: Any, findings: Findings) -> Store:
        good = findings.shape(item, _PIPELINE)
        return lambda: _apply_pipeline(call, pipeline, good)

    return ok(single(call, read))


def delete_pipeline(call: Call) -> Response:
    """One without leads, and not the last."""
    call.need_admin()
    pipeline = _pipeline(call)
    if len(call.account.pipelines) == 1 or _has_leads(call, pipeline):
        raise Refusal(problem(422, "Only pipelines without leads can be deleted"))
    del call.account.pipelines[pipeline.id]
    return NOTHING


def get_statuses(call: Call) -> Response:
    """A pipeline's stages."""
    pipeline = call.account.pipelines.get(call.number("pid"))
    return counted(call, "statuses", [_status_view(call, one) for one in pipeline.statuses]) if pipeline else NOTHING


def get_status(call: Call) -> Response:
    """One."""
    status = call.account.status(call.number("pid"), call.number("id"))
    return ok(_status_view(call, status)) if status else NOTHING


def post_statuses(call: Call) -> Response:
    """New stages."""
    call.need_admin()
    pipeline = _pipeline(call)

    def read(item: Any, findings: Findings) -> Store:
        good = _read_status(item, findings, "", needed=("name", "sort"))

        def store() -> dict[str, Any]:
            status = Status(call.account.new_id(), pipeline.id, good["name"], good["sort"])
            status.color = good.get("color", status.color)
            pipeline.statuses.append(status)
            return _status_view(call, status)

        return store

    if len(pipeline.statuses) >= MOST_STATUSES:
        raise Refusal(problem(422, f"Only {MOST_STATUSES} statuses are allowed"))
    return added(call, "statuses", batch(call, read), total=True)


def patch_status(call: Call) -> Response:
    """Change a stage."""
    call.need_admin()
    status = _status(call)

    def read(item: Any, findings: Findings) -> Store:
        good = _read_status(item, findings, "")

        def store() -> dict[str, Any]:
            for name in ("name", "sort", "color"):
                setattr(status, name, good.get(name, getattr(status, name)))
            return _status_view(call, status)

        return store

    return ok(single(call, read))


def delete_status(call: Call) -> Response:
    """Its leads go to the first stage."""
    call.need_admin()
    pipeline, status = _pipeline(call), _status(call)
    if not status.is_editable:
        raise Refusal(refused([(None, [error("NotSupportedChoice", "id")])]))
    pipeline.statuses.remove(status)
    leads, now = call.account.cards[Kind.LEADS], call.account.now()
    there = [card.id for card in leads.all() if (card.pipeline_id, card.status_id) == (pipeline.id, status.id)]
    for card_id in there:
        update(call.account, Kind.LEADS, card_id, Edit({"status_id": pipeline.first.id}), Actor(call.user.id), now)
    return NOTHING


def _pipeline(call: Call) -> Pipeline:
    pipeline = call.account.pipelines.get(call.number("pid"))
    if pipeline is None:
        raise Refusal(refused([(None, [error("NotSupportedChoice", "id")])]))
    return pipeline


def _status(call: Call) -> Status:
    status = _pipeline(call).status(call.number("id"))
    if status is None:
        raise Refusal(refused([(None, [error("NotSupportedChoice", "id")])]))
    return status


def _has_leads(call: Call, pipeline: Pipeline) -> bool:
    return any(card.pipeline_id == pipeline.id for card in call.account.cards[Kind.LEADS].all())


def _read_status(item: Any, findings: Findings, path: str, *, needed: tuple[str, ...] = ()) -> dict[str, Any]:
    good = findings.shape(item, _STATUS, needed=needed, path=path)
    if "color" in good and good["color"] not in COLOURS:
        findings.add("NotSupportedChoice", f"{path}.color" if path else "color")
    return good


def _apply_pipeline(call: Call, pipeline: Pipeline, good: dict[str, Any]) -> dict[str, Any]:
    for name in ("name", "sort", "is_unsorted_on"):
        setattr(pipeline, name, good.get(name, getattr(pipeline, name)))
    if good.get("is_main"):
        for other in call.account.pipelines.values():
            other.is_main = other is pipeline
    return _pipeline_view(call, pipeline)


def _pipeline_view(call: Call, pipeline: Pipeline) -> dict[str, Any]:
    return {
        "id": pipeline.id,
        "name": pipeline.name,
        "sort": pipeline.sort,
        "is_main": pipeline.is_main,
        "is_unsorted_on": pipeline.is_unsorted_on,
        "is_archive": False,
        "account_id": call.account.id,
        "_links": {"self": call.href(f"leads/pipelines/{pipeline.id}")},
        "_embedded": {"statuses": [_status_view(call, status) for status in pipeline.statuses]},
    }


def _status_view(call: Call, status: Status) -> dict[str, Any]:
    return {
        "id": status.id,
        "name": status.name,
        "sort": status.sort,
        "is_editable": status.is_editable,
        "pipeline_id": status.pipeline_id,
        "color": status.color,
        "type": status.type,
        "account_id": call.account.id,
        "_links": {"self": call.href(f"leads/pipelines/{status.pipeline_id}/statuses/{status.id}")},
    }


ROUTES = [
    route("GET", "leads/pipelines", get_pipelines),
    route("POST", "leads/pipelines", post_pipelines),
    route("GET", "leads/pipelines/{pid}", get_pipeline),
    route("PATCH", "leads/pipelines/{pid}", patch_pipeline),
    route("DELETE", "leads/pipelines/{pid}", delete_pipeline),
    route("GET", "leads/pipelines/{pid}/statuses", get_statuses),
    route("POST", "leads/pipelines/{pid}/statuses", post_statuses),
    route("GET", "leads/pipelines/{pid}/statuses/{id}", get_status),
    route("PATCH", "leads/pipelines/{pid}/statuses/{id}", patch_status),
    route("DELETE", "leads/pipelines/{pid}/statuses/{id}", delete_status),
]
