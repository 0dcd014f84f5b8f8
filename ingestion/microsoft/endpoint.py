"""What one Graph endpoint is, as a value: path, options, permissions, licence, clouds, rate limit, documentation."""

from dataclasses import dataclass

ALL_CLOUDS = ("global", "us_gov", "us_gov_dod", "china")


@dataclass(frozen=True)
class Endpoint:
    """One Graph collection, singleton or report.

    permissions: any one is enough, the one to ask for first; also_permissions: each is needed beside it.
    options: documented query options beside `$select`; unverified_options: left out when Graph answers 400 to them;
    has_unverified_select: so is `$select`. select: what is selected where the contract's columns lie below it.
    unselected: properties of the contract that come by another option than `$select`.
    smaller_top: the page size to fall back to when Graph refuses ours without naming its maximum.
    family: whose rate limit it draws on. clouds: where it exists. is_core: every cloud and edition has it, so its
    absence is an error. prefer: what the Prefer header asks for. plan: `P1` or `P2`, the Entra ID plan that
    carries the data.
    """

    table: str
    path: str
    permissions: tuple[str, ...]
    doc: str
    also_permissions: tuple[str, ...] = ()
    options: tuple[tuple[str, str], ...] = ()
    unverified_options: tuple[tuple[str, str], ...] = ()
    has_unverified_select: bool = False
    select: tuple[str, ...] = ()
    unselected: tuple[str, ...] = ()
    smaller_top: int = 0
    plan: str = ""
    family: str = "directory"
    clouds: tuple[str, ...] = ALL_CLOUDS
    is_core: bool = False
    is_singleton: bool = False
    prefer: str = ""

    @property
    def template(self) -> str:
        """What messages and logs call it."""
        return f"GET {self.path}"

    @property
    def license(self) -> str:
        """The licence that carries the data, blank where none is needed."""
        return f"Microsoft Entra ID {self.plan}" if self.plan else ""
