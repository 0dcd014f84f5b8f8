"""The control API under `/_control/`: clock, faults, log, edits and shutdown, for the holder of the control token."""

import hmac
from collections.abc import Callable
from datetime import date
from typing import Any

from ingestion.simulator.edits import Edit, EditError
from ingestion.simulator.encoding import decode
from ingestion.simulator.exchange import Request, Response, json_response
from ingestion.simulator.faults import FaultError
from ingestion.simulator.graph.clouds import RESOURCES
from ingestion.simulator.site import Site

CONTROL_ROOT = "/_control/"
CONTROL_HEADER = "x-control-token"


PLAIN_OPTIONS: dict[str, Callable[[Any], Any]] = {
    "delta_page_rows": int,
    "filtered_delta_limit_rows": int,
    "sign_in_page_rows": int,
    "clock_skew_seconds": float,
    "compresses": bool,
    "sends_bodies": bool,
}


class ControlError(Exception):
    """A control request that makes no sense."""


class Control:
    """Answers control requests; every one is a POST with a JSON object, or a GET."""

    def __init__(self, site: Site, token: str, shut_down: Callable[[], None]) -> None:
        self._site = site
        self._token = token
        self._shut_down = shut_down
        self._actions: dict[str, Callable[[dict[str, Any]], Any]] = {
            "ping": lambda told: {"day": site.day.isoformat()},
            "clock": self._set_clock,
            "fault": lambda told: site.faults.set(told.pop("name", ""), told).row(),
            "faults": lambda told: site.faults.rows(),
            "clear_faults": lambda told: site.faults.clear(told.get("number")),
            "release": lambda told: site.faults.get(told["number"]).released.set(),
            "log": lambda told: site.log.rows(),
            "counts": lambda told: site.log.counts(),
            "statistics": lambda told: site.traffic.rows(),
            "clear_log": self._clear_log,
            "edit": self._edit,
            "clear_edits": lambda told: site.clear_edits(),
            "options": self._options,
            "shutdown": lambda told: self._shut_down(),
        }

    async def answer(self, request: Request) -> Response:
        """The action's result as JSON, or 400 with an `error`."""
        if not hmac.compare_digest(request.headers.get(CONTROL_HEADER, ""), self._token):
            return json_response({"error": "the control token is missing or wrong"}, 403)
        action = self._actions.get(request.path.removeprefix(CONTROL_ROOT))
        if action is None:
            return json_response({"error": f"actions: {', '.join(sorted(self._actions))}"}, 404)
        try:
            return json_response({"result": action(decode(request.body) if request.body else {})})
        except (ControlError, EditError, FaultError, ValueError, KeyError, TypeError) as error:
            return json_response({"error": f"{type(error).__name__}: {error}"}, 400)

    def _set_clock(self, told: dict[str, Any]) -> None:
        self._site.set_day(date.fromisoformat(told["day"]))

    def _edit(self, told: dict[str, Any]) -> None:
        self._site.add_edit(Edit(**told))

    def _options(self, told: dict[str, Any]) -> None:
        site = self._site
        for name, value in told.items():
            if name in PLAIN_OPTIONS:
                setattr(site, name, PLAIN_OPTIONS[name](value))
            elif name in ("roles", "mailbox_scope"):
                setattr(site, name, _overlaid(getattr(site, name), value))
            elif name == "concealed_names":
                held = {tenant: tenant in site.concealed for tenant in {*site.concealed, *value}}
                site.concealed = {tenant for tenant, conceals in {**held, **value}.items() if conceals}
            elif name == "cloud" and value in RESOURCES:
                site.cloud = value
            elif name == "limits":
                site.traffic.enforces = bool(value)
            elif name == "token_life_seconds":
                site.tokens.life_seconds = int(value)
            else:
                raise ControlError(f"{name} = {value!r} is no option")
        site.forget()

    def _clear_log(self, told: dict[str, Any]) -> None:
        self._site.log.clear()
        self._site.traffic.clear()


def _overlaid(held: dict[str, list[str]], told: dict[str, list[str] | None]) -> dict[str, list[str]]:
    """The tenants' lists after the change; None gives a tenant its default back."""
    return {tenant: listed for tenant, listed in {**held, **told}.items() if listed is not None}
