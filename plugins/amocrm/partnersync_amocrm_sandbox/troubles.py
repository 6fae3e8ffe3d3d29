"""Faults as this API was seen to have them, by name; `Front.faults.plan` places them."""

from partnersync.sandbox.faults import RESET_AFTER, RESET_BEFORE, TRUNCATED, Fault
from partnersync.sandbox.messages import Response
from partnersync_amocrm_sandbox.problems import BLOCKED, SYSTEM_ERROR, TOO_MANY, error, internal, problem, refused

TROUBLES: dict[str, Fault] = {
    "401 once": Fault.answer(problem(401, "Invalid user name or password")),
    "402 flap": Fault.answer(problem(402, "Payment required")),
    "400 system error": Fault.answer(problem(400, SYSTEM_ERROR)),
    "400 code 226": Fault.answer(refused([("0", [error(226, "id", "Entity is deleted")])])),
    "403 block page": Fault.answer(Response.of_html(403, BLOCKED)),
    "404 page": Fault.html(404),
    "429 page": Fault.answer(Response.of_html(429, TOO_MANY)),
    "429 with retry_after": Fault.answer(problem(429, "Too many requests", retry_after=300)),
    "500 JSON": Fault.answer(internal("00000000-00000000")),
    "500 page": Fault.html(500),
    "502 page": Fault.html(502),
    "504 page": Fault.html(504),
    "504 page, work done": Fault.html(504, after=True),
    "reset before": RESET_BEFORE,
    "reset after the commit": RESET_AFTER,
    "truncated": TRUNCATED,
}
