"""The run as a Dagster resource: one session for all steps of one in-process run.

`tenantry run` opens the session itself, so that a held lock or a refused date is said before Dagster starts, and lends
it here; a run from the UI or a schedule opens its own, waiting for the lock.
"""

from contextlib import ExitStack
from contextvars import ContextVar
from datetime import date

from dagster import ConfigurableResource, InitResourceContext
from pydantic import PrivateAttr

from orchestration.clock import today
from orchestration.private_files import private_files
from orchestration.run_request import CLOCK, RUN_CONFIGURATION, RunRequest
from orchestration.run_session import RunSession
from orchestration.settings import load_settings
from orchestration.step_errors import storable_errors

SCHEDULED_LOCK_WAIT_SECONDS = 1800.0

LENT: ContextVar[RunSession | None] = ContextVar("lent_run_session", default=None)


class RunResource(ConfigurableResource):
    """Which tenants, which date: the run's configuration, and the session that does the work.

    as_of: ISO date, empty for today (UTC). tenants: configured tenant ids, empty for all.
    """

    as_of: str = ""
    tenants: list[str] = []
    full_refresh: bool = False

    _session: RunSession | None = PrivateAttr(default=None)
    _own: ExitStack = PrivateAttr(default_factory=ExitStack)

    @property
    def session(self) -> RunSession:
        """The session of this run; only inside a step."""
        if self._session is None:
            raise RuntimeError("the run's session is only there while a step of the run executes")
        return self._session

    def setup_for_execution(self, context: InitResourceContext) -> None:
        """Borrow the session of `tenantry run`, else open one."""
        self._session = LENT.get()
        if self._session is None:
            request = RunRequest(
                as_of=date.fromisoformat(self.as_of) if self.as_of else today(),
                tenants=tuple(self.tenants),
                full_refresh=self.full_refresh,
                lock_wait_seconds=SCHEDULED_LOCK_WAIT_SECONDS,
                said_by=RUN_CONFIGURATION if self.as_of else CLOCK,
            )
            session = RunSession(load_settings(None), request)
            with ExitStack() as own:
                own.enter_context(private_files())
                with storable_errors("open the warehouse"):
                    session.open()
                own.callback(session.close)
                self._own = own.pop_all()
            self._session = session

    def teardown_after_execution(self, context: InitResourceContext) -> None:
        """Close a session of our own, whatever the steps did."""
        self._own.close()
        self._session = None
