"""The one HTTP client: pooled keep-alive connections, allow-listed requests, bounded retries, accounting.

Call → allow-list → token → vendor's budgets → connection → HttpReply. No wait holds a connection. It must not read
page content; vendor clients judge answers.
"""

import logging
import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import requests
from requests.adapters import HTTPAdapter

from ingestion.http.address import Address, joined, parse_address
from ingestion.http.allowlist import AllowList
from ingestion.http.backoff import THROTTLED_STATUSES, RetryPolicy, http_date, retry_after_seconds
from ingestion.http.body import Content, read_body
from ingestion.http.bounds import AnswerBounds, BoundedAdapter, is_out_of_time, time_bound
from ingestion.http.brokentry import BrokenTry, broken_try, is_distrust
from ingestion.http.budget import Draw, note_share, pause, places, reserve
from ingestion.http.deadhosts import DeadHosts
from ingestion.http.errors import (
    asked_to_wait_too_long,
    no_ca_file,
    redirected,
    too_slow,
    untrusted,
    unusable_value,
)
from ingestion.http.lanes import Lanes
from ingestion.http.links import is_same_question
from ingestion.http.quiet import quiet_loggers
from ingestion.http.turn import current_turn, wait_in_turn
from ingestion.legs import LegStats

logger = logging.getLogger(__name__)

CONNECT_TIMEOUT_SECONDS = 10.0
READ_TIMEOUT_SECONDS = 100.0
MAX_REDIRECTS = 3
# Tokens that one call may try: its own, one that it renewed, and one that another thread renewed in between.
MAX_SIGNATURES = 3
# The longest wait that a vendor may ask for where no run's end bounds it: longer than Exchange's ten minutes.
LONGEST_WAIT_SECONDS = 900.0
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_OK = 200
_UNAUTHORIZED = 401
_HEADERS = {"User-Agent": "Tenantry/0.1 (read-only)", "Accept-Encoding": "gzip", "Accept": "application/json"}


class Credential(Protocol):
    """Gives the headers that sign a request; asked after the request was allowed, never before."""

    def headers(self) -> Mapping[str, str]:
        """Headers to add now; may call the token endpoint."""

    def renew(self, refused: Mapping[str, str], challenge: str = "") -> bool:
        """Forget the refused headers; True when other ones are worth a try.

        challenge: the answer's WWW-Authenticate header, which may ask for claims in the next token.
        """


@dataclass(frozen=True)
class Call:
    """One request. `where` and `template` are what messages and logs may say about it.

    draws: the vendor's budgets that it counts against. lane: who shares connections fairly with whom (the tenant).
    keeps_redirect: a redirect is handed back, for the caller to judge; else it is followed on the same host or refused.
    is_file: the answer goes to disk and may be as large as a report.
    """

    method: str
    url: str
    where: str
    template: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    credential: Credential | None = None
    draws: tuple[Draw, ...] = ()
    lane: str = ""
    keeps_redirect: bool = False
    is_file: bool = False


@dataclass(frozen=True)
class HttpReply:
    """An answer: its status, headers (any case) and decoded bytes; those of a file are mapped from the disk."""

    status: int
    headers: Mapping[str, str]
    content: Content

    @property
    def is_success(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300


class HttpClient:
    """Sends allowed calls over a shared pool; safe for threads.

    ca_bundle: CA file for every call; it wins over REQUESTS_CA_BUNDLE, proxies of the environment stay honoured.
    """

    def __init__(
        self,
        allowed: AllowList,
        *,
        pool_size: int = 16,
        ca_bundle: Path | None = None,
        policy: RetryPolicy | None = None,
        timeouts: tuple[float, float] = (CONNECT_TIMEOUT_SECONDS, READ_TIMEOUT_SECONDS),
        bounds: AnswerBounds | None = None,
        sleep: Callable[[float], None] | None = None,
        jitter: Callable[[], float] = random.random,
        clock: Callable[[], float] = time.monotonic,
        adapter: HTTPAdapter | None = None,
    ) -> None:
        self._allowed = allowed
        self._ca_bundle = ca_bundle
        self._policy = policy or RetryPolicy()
        self._timeouts = timeouts
        self._bounds = bounds or AnswerBounds()
        self._sleep = sleep
        self._jitter = jitter
        quiet_loggers()
        self._session = requests.Session()
        adapter = adapter or BoundedAdapter(pool_connections=pool_size, pool_maxsize=pool_size, pool_block=False)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)
        self._lock = threading.Lock()
        self._lanes = Lanes(pool_size)
        self._surroundings: dict[str, dict] = {}
        self._clock = clock
        self._dead = DeadHosts(clock)

    def close(self) -> None:
        """Close the pooled connections."""
        self._session.close()

    def send(self, call: Call, stats: LegStats | None = None) -> HttpReply:
        """The answer to a call, whatever its status, after retries and at most one renewal of the token of its own.

        A token that another thread renewed meanwhile is tried as well, within MAX_SIGNATURES.
        Errors: HttpError for a refused, redirected, unreachable, untrusted or timed-out request.
        """
        stats = stats or LegStats()
        credential = call.credential
        address = self._checked(call, call.url)
        if credential is None:
            return self._follow(call, address, {}, stats)
        signature = credential.headers()
        reply = self._follow(call, address, signature, stats)
        has_renewed = False
        for _ in range(MAX_SIGNATURES - 1):
            if reply.status != _UNAUTHORIZED:
                break
            current = credential.headers()
            if current == signature:
                challenge = reply.headers.get("WWW-Authenticate", "")
                if has_renewed or not credential.renew(signature, challenge):
                    break
                has_renewed = True
                current = credential.headers()
            signature = current
            reply = self._follow(call, address, signature, stats)
        return reply

    def _checked(self, call: Call, url: str) -> Address:
        is_signed = call.credential is not None
        return self._allowed.check(call.method, url, call.where, is_signed=is_signed, is_file=call.is_file)

    def _follow(self, call: Call, address: Address, signature: Mapping[str, str], stats: LegStats) -> HttpReply:
        url = call.url
        for _ in range(MAX_REDIRECTS + 1):
            reply = self._send_with_retries(call, url, address, signature, stats)
            if reply.status not in _REDIRECTS or call.keeps_redirect:
                return reply
            url, address = self._redirect_target(call, url, address, reply)
        raise redirected(call.where, call.template, reply.status, "itself, again and again")

    def _redirect_target(self, call: Call, url: str, address: Address, reply: HttpReply) -> tuple[str, Address]:
        """Where a redirect may lead: the same origin, the same path but for a slash or case, a call without body."""
        location = reply.headers.get("Location", "")
        target = joined(url, location)
        found = parse_address(target)
        if not location or call.method != "GET" or found is None or found.origin != address.origin:
            shown = "nowhere" if not location else found.origin.shown if found else "an address that cannot be read"
            raise redirected(call.where, call.template, reply.status, shown)
        if not is_same_question(found, address):
            raise redirected(call.where, call.template, reply.status, "another path or question of the same host")
        return target, self._checked(call, target)

    def _send_with_retries(
        self, call: Call, url: str, address: Address, signature: Mapping[str, str], stats: LegStats
    ) -> HttpReply:
        origin = address.origin
        host = origin.host
        known = self._dead.reason(origin)
        if known is not None:
            raise known.error(call.where, call.template, host, self._policy.limited_tries)
        tried, wait = 0, 0.0
        first_tried_at = self._clock()
        while True:
            tried += 1
            self._wait(max(wait, reserve(call.draws)))
            asked = None
            try:
                reply = self._send_once(call, url, address, signature, stats)
            except BrokenTry as broken:
                is_quick = broken.was_connected and not broken.was_timeout
                if tried >= (self._policy.max_tries if is_quick else self._policy.limited_tries):
                    self._dead.remember(origin, broken, first_tried_at)
                    # requests' own text holds the path and query of the URL, which no log may show.
                    raise broken.error(call.where, call.template, host, tried) from None
                logger.debug("%s: %s broke, try %s", call.where, call.template, tried)
            else:
                self._dead.answered(origin)
                logger.debug("%s: %s answered %s, try %s", call.where, call.template, reply.status, tried)
                throttled = reply.status in THROTTLED_STATUSES
                self._count(stats, throttled=throttled)
                note_share(call.draws, _share_used(reply))
                if tried >= self._policy.tries_for(reply.status):
                    return reply
                asked = _asked_seconds(reply)
                if asked is not None:
                    self._refuse_long_wait(call, asked)
            self._count(stats, retries=1)
            wait = self._policy.wait_seconds(tried, asked, self._jitter())
            if asked is not None:
                # Retries at once keep counting against the quota, those of other tables of the tenant too.
                pause(call.draws, wait)

    def _refuse_long_wait(self, call: Call, asked: float) -> None:
        """End a call whose vendor asks for more time than the run has; earlier tries would only be refused again."""
        turn = current_turn()
        left = turn.seconds_left() if turn is not None else None
        longest = LONGEST_WAIT_SECONDS if left is None else left
        if asked > longest:
            raise asked_to_wait_too_long(call.where, call.template, asked, longest)

    def _wait(self, seconds: float) -> None:
        if seconds <= 0:
            return
        (self._sleep or wait_in_turn)(seconds)

    def _send_once(
        self, call: Call, url: str, address: Address, signature: Mapping[str, str], stats: LegStats
    ) -> HttpReply:
        prepared = self._prepared(call, url, address, signature)
        try:
            with places(call.draws), self._lanes.connection(call.lane), time_bound(self._bounds.seconds):
                turn = current_turn()
                if turn is not None:
                    turn.spend_request()
                self._count(stats, requests=1)
                return self._answer(call, prepared, address, stats)
        except requests.exceptions.SSLError as error:
            if is_distrust(error):
                raise untrusted(call.where, address.origin.host) from None
            raise broken_try(error) from None
        except requests.exceptions.RequestException as error:
            raise broken_try(error) from None
        except OSError:
            # requests itself raises a bare OSError for one thing: a CA file that is not where it was told.
            raise no_ca_file(call.where) from None

    def _prepared(
        self, call: Call, url: str, address: Address, signature: Mapping[str, str]
    ) -> requests.PreparedRequest:
        """What goes on the wire: nothing but the address that was judged, and headers that HTTP can send."""
        headers = {**_HEADERS, **call.headers, **signature}
        try:
            # http.client would find out only after the connection is open.
            "".join(headers.values()).encode("latin-1")
            # Prepared without the session: it would look for a netrc entry and replace our Authorization header.
            prepared = requests.Request(call.method, url, headers=headers, data=call.body).prepare()
        except (requests.exceptions.RequestException, UnicodeError):
            raise unusable_value(call.where) from None
        if not _is_as_judged(prepared.url, address):
            raise unusable_value(call.where)
        return prepared

    def _answer(self, call: Call, prepared: requests.PreparedRequest, address: Address, stats: LegStats) -> HttpReply:
        """Send a request and read its answer to the end, within the bounds."""
        try:
            # By the adapter, not the session: that parses where a redirect leads, and reads its body without a bound.
            response = self._session.get_adapter(address.origin.text).send(
                prepared, timeout=self._timeouts, **self._surroundings_of(address)
            )
        except requests.exceptions.RequestException:
            if is_out_of_time():
                raise too_slow(call.where, call.template) from None
            raise
        is_whole = False
        try:
            # Only the file itself: an error in its place is as short as any.
            is_file = call.is_file and response.ok
            bound = self._bounds.report_bytes if is_file else self._bounds.page_bytes
            content, size = read_body(response, call.where, call.template, bound, to_disk=is_file)
            is_whole = True
        finally:
            if not is_whole:
                # What is left of the answer would be taken for the next one.
                response.close()
        self._count(stats, size=size)
        if _is_cut_off(response, content):
            raise BrokenTry("the answer broke off", was_connected=True, cut_bytes=len(content))
        return HttpReply(response.status_code, response.headers, content)

    def _surroundings_of(self, address: Address) -> dict:
        """Proxies and CA file for an origin, looked up once: requests would do it at every call."""
        root = address.origin.text
        if root not in self._surroundings:
            verify = str(self._ca_bundle) if self._ca_bundle is not None else None
            found = self._session.merge_environment_settings(root, {}, False, verify, None)
            self._surroundings[root] = {**found, "stream": True}
        return self._surroundings[root]

    def _count(
        self, stats: LegStats, *, requests: int = 0, retries: int = 0, throttled: bool = False, size: int = 0
    ) -> None:
        with self._lock:
            stats.request_count += requests
            stats.retry_count += retries
            stats.throttled_count += throttled
            stats.byte_count += size


def _is_as_judged(sent: str | None, address: Address) -> bool:
    """Whether what requests would send is the address that was held against the allow-list."""
    found = parse_address(sent or "")
    return found is not None and found.origin == address.origin and found.plain_path == address.plain_path


def _is_cut_off(response: requests.Response, content: Content) -> bool:
    """Whether a good answer that calls itself JSON ends in its middle: a gateway may cut it without a word."""
    is_json = response.headers.get("Content-Type", "").lower().startswith("application/json")
    # A page in UTF-16 ends in a null: it came whole, and its reader says what it is.
    return response.status_code == _OK and is_json and not content[-64:].rstrip(b" \t\r\n\0").endswith((b"}", b"]"))


def _asked_seconds(reply: HttpReply) -> float | None:
    """How long the vendor asks to wait; a date is taken against the vendor's own clock, ours may be wrong."""
    now = http_date(reply.headers.get("Date")) or datetime.now(UTC)
    return retry_after_seconds(reply.headers.get("Retry-After"), now)


def _share_used(reply: HttpReply) -> float:
    """How much of its quota a vendor counts as used; 0 where it does not say. Graph says it from 0.8 on, up to 1.8."""
    try:
        return float(reply.headers.get("x-ms-throttle-limit-percentage", ""))
    except ValueError:
        return 0.0
