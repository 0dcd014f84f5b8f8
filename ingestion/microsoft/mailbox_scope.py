"""Proof that the application reaches the listed mailboxes and no other, and that content stays out of their answers.

For the doctor only: a run asks none of this. Answers are looked at and dropped; no value of one leaves this module.
"""

import enum
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from data_contracts.contract import raw_contract
from data_contracts.forbidden import FORBIDDEN_SOURCE_FIELDS
from ingestion.http.allowlist import Allowed, AllowList, address_of, origin_of
from ingestion.http.client import Call, Credential, HttpClient
from ingestion.http.errors import HttpError
from ingestion.http.vendorjson import json_object
from ingestion.microsoft.client import GraphClient
from ingestion.microsoft.connection import VENDOR, MailSettings, MicrosoftConnection
from ingestion.microsoft.endpoints import API_ROOT, EVENTS, MESSAGE_LIST, MESSAGES, Endpoint
from ingestion.microsoft.extract import message_contract
from ingestion.microsoft.failures import graph_failure
from ingestion.microsoft.mailboxes import AllowedMailbox, CanaryMailbox

_CANARY = Endpoint(
    MESSAGES.table, "/users/{mailbox}/mailFolders/inbox", MESSAGES.permissions,
    "https://learn.microsoft.com/en-us/graph/api/mailfolder-get", family="outlook",
)  # fmt: skip
_PREVIEW = "bodyPreview"
# Roles that open every mailbox of the tenant unless Exchange restricts them; full_access_as_app is that of the older
# Exchange services. Source: reference microsoft-graph, section 16.
_MAILBOX_ROLE = re.compile(r"(Mail|Calendars|MailboxSettings|Contacts)\..+|full_access_as_app")


class Reach(enum.StrEnum):
    """What became of asking for the canary."""

    REFUSED = "refused"
    ANSWERED = "answered"
    NO_MAILBOX = "no_mailbox"


@dataclass(frozen=True)
class ListedAnswer:
    """How a listed mailbox answered for one table.

    row_count: 0 proves that the mailbox answers, but not what its items carry. content: names of properties with
    message or event content that came although they were not asked for, sorted.
    """

    table: str
    row_count: int
    content: tuple[str, ...]


def canary_http(connection: MicrosoftConnection, canary: CanaryMailbox) -> HttpClient:
    """A client that can ask for this canary's probe path and for nothing else, not even a token."""
    url = connection.graph_url.rstrip("/") + API_ROOT + canary.probe_path
    rule = Allowed("GET", origin_of(url, VENDOR), re.compile(re.escape(address_of(url, VENDOR).plain_path or "")))
    return HttpClient(AllowList([rule]), pool_size=1, ca_bundle=connection.ca_bundle, bounds=connection.bounds)


def canary_reach(
    connection: MicrosoftConnection, tenant_id: str, canary: CanaryMailbox, tokens: Credential, http: HttpClient
) -> Reach:
    """Whether the application is kept out of a mailbox that is not listed.

    `http` is that of `canary_http`. ANSWERED means that the grant reaches the whole tenant. NO_MAILBOX proves nothing.
    Errors: IngestionError where the answer says neither.
    """
    where = f"{VENDOR}/canary mailbox, tenant {tenant_id}"
    url = connection.graph_url.rstrip("/") + API_ROOT + canary.probe_path + "?$select=id"
    reply = http.send(Call("GET", url, where, _CANARY.template, credential=tokens))
    if reply.is_success:
        return Reach.ANSWERED
    if reply.status == 403:
        return Reach.REFUSED
    if reply.status == 404:
        return Reach.NO_MAILBOX
    raise graph_failure(reply, _CANARY, where)


def listed_answers(
    client: GraphClient, mail: MailSettings, mailbox: AllowedMailbox, as_of: date
) -> Iterator[ListedAnswer]:
    """One message and one event of a listed mailbox, asked for as a run asks; in that order.

    Errors: IngestionError where the mailbox does not answer; the table that failed is in its text.
    """
    contract = message_contract(raw_contract(VENDOR, MESSAGES.table), has_preview=mail.has_preview)
    url = client.url(MESSAGE_LIST, {"$select": ",".join(contract.select), "$top": "1"}, mailbox, mail.folders[0])
    yield _answer(client, MESSAGE_LIST, url, () if mail.has_preview else (_PREVIEW,))
    today = datetime.combine(as_of, time(), UTC)
    options = {
        "startDateTime": f"{today - timedelta(days=mail.calendar_past_days):%Y-%m-%dT%H:%M:%SZ}",
        "endDateTime": f"{today + timedelta(days=mail.calendar_future_days + 1):%Y-%m-%dT%H:%M:%SZ}",
        "$select": ",".join(raw_contract(VENDOR, EVENTS.table).select),
        "$top": "1",
    }
    yield _answer(client, EVENTS, client.url(EVENTS, options, mailbox), (_PREVIEW,))


def unscoped_roles(roles: Iterable[str]) -> tuple[str, ...]:
    """Roles of a token that were consented in Entra and so reach every mailbox, whatever Exchange grants too."""
    return tuple(sorted(role for role in roles if _MAILBOX_ROLE.fullmatch(role)))


def _answer(client: GraphClient, endpoint: Endpoint, url: str, withheld: tuple[str, ...]) -> ListedAnswer:
    where = client.where(endpoint.table)
    rows = json_object(client.get(endpoint, url)).get("value")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise HttpError(
            f"{where}: the answer to {endpoint.template} is no list of items.",
            error_class="bad_page",
            advice="Check [microsoft] graph_url; something else than Graph may be answering there.",
        )
    content = {
        name
        for row in rows
        for name, value in row.items()
        if (name in FORBIDDEN_SOURCE_FIELDS or name in withheld) and value not in (None, "", [], {})
    }
    return ListedAnswer(endpoint.table, len(rows), tuple(sorted(content)))
