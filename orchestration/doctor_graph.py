"""The doctor's questions to one Microsoft tenant."""

import json
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import msal

from data_contracts.contract import raw_contract
from ingestion.http.client import HttpClient
from ingestion.http.errors import HttpError
from ingestion.legs import LegStats
from ingestion.microsoft.auth import TenantTokens, granted_roles
from ingestion.microsoft.client import GraphClient
from ingestion.microsoft.connection import VENDOR, MailSettings, MicrosoftConnection, Tenant
from ingestion.microsoft.directory import select_options
from ingestion.microsoft.endpoints import APPLICATION_CREDENTIALS, SUBSCRIBED_SKUS
from ingestion.microsoft.mailbox_scope import ListedAnswer, Reach, canary_http, canary_reach, listed_answers
from ingestion.microsoft.permissions import NeededPermission, needed_permissions
from ingestion.microsoft.premium import PLANS, Premium, premium_of
from orchestration.doctor_expiry import AppKey

# A certificate just rotated is tried again after so long, not after a run's waits: 300 tenants may share it.
LONGEST_TOKEN_WAIT_SECONDS = 1.0
_KEY_LISTS = {"passwordCredentials": "client_secret", "keyCredentials": "certificate"}


class GraphProbe:
    """Asks one tenant; the token is asked for once.

    connection: of this tenant alone. may_hold_app: whether our app may be registered here, so that its keys are listed.
    """

    def __init__(
        self,
        connection: MicrosoftConnection,
        tenant: Tenant,
        http: HttpClient,
        today: date,
        *,
        canary: str,
        may_hold_app: bool,
    ) -> None:
        self._connection = connection
        self._tenant = tenant
        self._today = today
        self._canary = canary
        self._may_hold_app = may_hold_app
        self._tokens = TenantTokens(
            tenant,
            connection.login_url,
            connection.graph_scope,
            http,
            msal.TokenCache(),
            sleep=lambda seconds: time.sleep(min(seconds, LONGEST_TOKEN_WAIT_SECONDS)),
        )
        self._client = GraphClient(http, connection.graph_url, tenant.tenant_id, self._tokens)

    def token_roles(self) -> frozenset[str] | None:
        """Application permissions in a new token of this tenant, None where it does not show them."""
        return granted_roles(self._tokens.token())

    def clock_skew_seconds(self) -> float | None:
        """How far this machine's clock is ahead of the login host's."""
        return self._tokens.clock_skew_seconds

    def needed_permissions(self) -> Sequence[NeededPermission]:
        """What the settings need in this tenant: the union over its enabled endpoints."""
        return needed_permissions(self._connection, self._tenant)

    def premium_plans(self) -> frozenset[str]:
        """Which of `P1` and `P2` the tenant's usable SKUs carry."""
        contract = raw_contract(VENDOR, SUBSCRIBED_SKUS.table)
        url = self._client.url(SUBSCRIBED_SKUS, select_options(contract, SUBSCRIBED_SKUS))
        found: set[str] = set()
        for page in self._client.pages(SUBSCRIBED_SKUS, url, contract, LegStats()):
            found |= {plan for plan in PLANS if premium_of(page.table, plan) is Premium.PRESENT}
        return frozenset(found)

    def own_keys(self) -> Sequence[AppKey]:
        """The keys that Graph lists on our app, where it may be registered here and its list may be read."""
        permissions = APPLICATION_CREDENTIALS.permissions
        if not self._may_hold_app or not (self.token_roles() or frozenset()).intersection(permissions):
            return ()
        client_id = self._tenant.credential.client_id
        options = {"$filter": f"appId eq '{client_id}'", "$select": f"appId,{','.join(_KEY_LISTS)}"}
        content = self._client.get(APPLICATION_CREDENTIALS, self._client.url(APPLICATION_CREDENTIALS, options))
        return _keys(content, client_id, self._client.where(APPLICATION_CREDENTIALS.table))

    def mailbox_count(self) -> int:
        """How many mailboxes of this tenant are listed."""
        mail = self._mail()
        return len(mail.allowlist) if mail is not None else 0

    def mailbox_answers(self, position: int) -> Sequence[ListedAnswer]:
        """One message and one event of a listed mailbox, asked for as a run asks."""
        mail = self._mail()
        mailbox = list(mail.allowlist)[position]
        return tuple(listed_answers(self._client, mail, mailbox, self._today))

    def canary_reach(self) -> Reach | None:
        """What became of asking for the canary; None where the settings name none."""
        mail = self._mail()
        if mail is None or not self._canary:
            return None
        canary = mail.allowlist.canary(self._canary)
        http = canary_http(self._connection, canary)
        try:
            return canary_reach(self._connection, self._tenant.tenant_id, canary, self._tokens, http)
        finally:
            http.close()

    def _mail(self) -> MailSettings | None:
        mail = self._connection.mail
        return mail if mail is not None and mail.tenant_id == self._tenant.tenant_id else None


def _keys(content: bytes, client_id: str, where: str) -> tuple[AppKey, ...]:
    """The keys of our app on a page of `applications`; their bytes and names are not looked at."""
    found: list[AppKey] = []
    try:
        apps: list[dict[str, Any]] = [
            app for app in json.loads(content)["value"] if str(app["appId"]).lower() == client_id.lower()
        ]
        for field, kind in _KEY_LISTS.items():
            for key in (key for app in apps for key in app[field] if key.get("endDateTime")):
                ends_at = datetime.fromisoformat(key["endDateTime"]).astimezone(UTC)
                identifier = key.get("customKeyIdentifier") or ""
                found.append(AppKey(kind, str(key.get("keyId") or "").lower(), identifier, ends_at.date()))
    except (ValueError, KeyError, TypeError) as error:
        raise HttpError(
            f"{where}: the list of our app's keys is not of the documented shape.",
            error_class="bad_page",
            advice="Check [microsoft] graph_url; something else than Graph may be answering there.",
        ) from error
    return tuple(found)
