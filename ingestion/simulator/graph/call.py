"""One authorised read of Graph: who asks, what for, and the state of the world that answers."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ingestion.simulator.encoding import Row
from ingestion.simulator.exchange import Request
from ingestion.simulator.graph.errors import GraphError, bad_request
from ingestion.simulator.graph.tokens import BadToken, pack, unpack
from ingestion.simulator.site import Site, SnapshotKey

if TYPE_CHECKING:
    from ingestion.simulator.world import TenantSnapshot


@dataclass(frozen=True)
class Position:
    """Where in a list a page begins, and in which state of the world the list was opened."""

    key: SnapshotKey
    offset: int


@dataclass(frozen=True)
class Call:
    """A request with what the token allows. `arguments` are the path's variable segments."""

    request: Request
    site: Site
    tenant_id: str
    roles: frozenset[str]
    premium_hidden: bool = False
    pim_refusal: str | None = None
    backwards: bool = False
    page_limit: int | None = None
    arguments: tuple[str, ...] = ()

    @cached_property
    def options(self) -> dict[str, str]:
        """Query parameters; system options (`$…`) in lower case."""
        pairs = self.request.parameters.items()
        return {name.lower() if name.startswith("$") else name: value for name, value in pairs}

    @cached_property
    def position(self) -> Position:
        """The page's place, from `$skiptoken`, else the beginning of the list as it is now."""
        token = self.options.get("$skiptoken")
        if not token:
            skip = self.options.get("$skip", "0")
            if not (skip.isascii() and skip.isdigit()):
                raise bad_request("The value of $skip is not a whole number.")
            return Position(self.site.key, int(skip))
        try:
            day, edits, offset = unpack(token)
        except (BadToken, ValueError) as error:
            raise bad_request("The skip token is not valid.", "Directory_ExpiredPageToken") from error
        return Position(SnapshotKey(day, edits), offset)

    @property
    def tenant(self) -> "TenantSnapshot":
        """The tenant as it was when the list was opened."""
        return self.tenant_at(self.position.key)

    @property
    def has_premium(self) -> bool:
        """Whether the tenant holds Entra ID P1 and no fault hides it."""
        return self.tenant.has_p1 and not self.premium_hidden

    def rows(self, collection: str) -> list[Row]:
        """A collection of the tenant; one that the world does not fill is empty."""
        return self.tenant.collections.get(collection, [])

    def tenant_at(self, key: SnapshotKey) -> "TenantSnapshot":
        """The tenant in one state of the world.

        Errors: GraphError 400 where the tenant is not in that state.
        """
        tenant = self.site.snapshot(key).tenants.get(self.tenant_id)
        if tenant is None:
            raise bad_request("The tenant does not exist.")
        return tenant

    def with_arguments(self, arguments: tuple[str, ...]) -> "Call":
        """The same call with the path's variable segments."""
        return replace(self, arguments=arguments)

    def refuse(self, *names: str) -> None:
        """Refuse system options that the endpoint does not support.

        Errors: GraphError 400 `Request_UnsupportedQuery`.
        """
        for name in names:
            if name in self.options:
                message = f"The query option '{name}' is not supported on this resource."
                raise bad_request(message, "Request_UnsupportedQuery")

    def only(self, *names: str) -> None:
        """Refuse every system option but these (and the page token)."""
        self.refuse(*(name for name in self.options if name.startswith("$") and name not in (*names, "$skiptoken")))

    def selected(self, known: frozenset[str], type_name: str) -> tuple[str, ...] | None:
        """The names in `$select`, or None where there is none.

        Errors: GraphError 400 for a name that the type does not have.
        """
        text = self.options.get("$select")
        if not text:
            return None
        names = tuple(dict.fromkeys(name.strip() for name in text.split(",")))
        for name in names:
            if name not in known and name != "*":
                raise bad_request(f"Could not find a property named '{name}' on type '{type_name}'.")
        return None if "*" in names else names

    def top(self, default: int, maximum: int, refuse_above: bool) -> int:
        """The page size in rows.

        Errors: GraphError 400 where `$top` is no number from 1, or above a maximum that is not capped silently.
        """
        text = self.options.get("$top")
        if text is None:
            return default
        size = int(text) if text.isascii() and text.isdigit() else 0
        if size < 1 or (refuse_above and size > maximum):
            raise bad_request(
                f"Invalid page size specified: '{text}'. Must be between 1 and {maximum} inclusive.",
            )
        return min(size, maximum)

    def page(self, rows: list[Row], size: int, shape: Callable[[Row], dict[str, Any]], context: str) -> dict[str, Any]:
        """One page of the rows with its next link; `shape` makes a row what the client asked for."""
        offset, end = self.position.offset, self.position.offset + self.limited(size)
        rows = rows[::-1] if self.backwards else rows
        document: dict[str, Any] = {"@odata.context": f"{self.request.base}/v1.0/$metadata#{context}"}
        if end < len(rows):
            document["@odata.nextLink"] = self.next_link(end)
        document["value"] = [shape(row) for row in rows[offset:end]]
        return document

    def limited(self, size: int) -> int:
        """The page size, where no fault makes pages shorter."""
        return size if self.page_limit is None else min(size, self.page_limit)

    def counted(self, document: dict[str, Any], rows: list[Row]) -> dict[str, Any]:
        """The document, with the number of rows where the client asked for it."""
        if self.options.get("$count") == "true":
            document["@odata.count"] = len(rows)
        return document

    @property
    def is_eventual(self) -> bool:
        """Whether the client accepts answers from the index store."""
        return self.request.headers.get("consistencylevel", "").lower() == "eventual"

    def next_link(self, offset: int) -> str:
        """The address of the page that begins at that row."""
        day, edits = self.position.key
        rest = self.request.query_without("$skiptoken")
        joint = "&" if rest else ""
        return f"{self.request.url}?{rest}{joint}$skiptoken={pack([day, edits, offset])}"

    def preference(self, name: str) -> str | None:
        """The value of one entry of the Prefer header, without quotes; names are compared without case."""
        for piece in self.request.headers.get("prefer", "").split(","):
            key, _, value = piece.strip().partition("=")
            if key.lower() == name.lower():
                return value.strip().strip('"')
        return None


def unsupported_property(name: str) -> GraphError:
    """501: the property lies in another store and cannot be read on a collection."""
    return GraphError(501, "NotImplemented", f"'{name}' is not supported on the collection of users.")
