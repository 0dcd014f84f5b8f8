"""The shape of `tenantry.toml`: one frozen class per table, one field per key, each with kind, help and default.

The vendors' tables are in `settings_vendors`. Keys are the public interface (design section 3).
"""

from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from orchestration.finding_names import POSTURE_RULES
from orchestration.settings_kinds import (
    amount,
    currency,
    domain,
    file_mode,
    file_path,
    list_of,
    lower_pattern,
    one_of,
    ratio,
    setting,
    text,
    whole_number,
)
from orchestration.settings_tables import table, table_by_vendor, tables, values_by_name
from orchestration.settings_vendors import (
    DISTRIBUTOR_CLASSES,
    PSA_CLASSES,
    DistributorSettings,
    MicrosoftSettings,
    PsaSettings,
)

LONGEST_DAYS = 3660


@dataclass(frozen=True, kw_only=True)
class WarehouseSettings:
    """Where the warehouse lies, and its currency."""

    path: Path = setting(file_path(), "The writer's DuckDB file.", default=Path("warehouse/tenantry.duckdb"))
    published: Path = setting(
        file_path(), "The copy that dashboards, BI and MCP read.", default=Path("warehouse/published.duckdb")
    )
    file_mode: int = setting(
        file_mode(), "Who may read the published copy; \"0640\" lets the file's group, such as that of a BI server.",
        default=0o600, default_words='`"0600"`',
    )  # fmt: skip
    kept_publications: int = setting(
        whole_number(2, 100), "Published files that are kept: the newest, and those before it.", default=2
    )
    reporting_currency: str = setting(currency(), "Currency of every reported amount.", default="USD")


@dataclass(frozen=True, kw_only=True)
class HttpSettings:
    """How the vendors are called."""

    connections: int = setting(whole_number(1, 64), "Connections of the shared pool.", default=16)
    max_requests: int | None = setting(
        whole_number(1, 100_000_000), "Requests to all vendors after which a run asks no more and ends cleanly.",
        default=None,
    )  # fmt: skip
    max_minutes: int | None = setting(
        whole_number(1, 10_000), "Minutes after which a run asks vendors no more and ends cleanly.", default=None
    )
    max_page_mb: int = setting(
        whole_number(1, 2_000), "Megabytes that one answer may unpack to; a larger one is not read on.", default=64
    )
    max_report_mb: int = setting(
        whole_number(1, 20_000), "Megabytes that a downloaded report may unpack to; it is held on disk.", default=512
    )
    max_answer_seconds: int = setting(
        whole_number(5, 86_400), "Seconds from a request to the last byte of its answer.", default=300
    )
    clock_tolerance_minutes: int = setting(
        whole_number(1, 10_080), "Minutes by which this machine's clock may differ from the vendors'.",
        default=60,
    )  # fmt: skip
    ca_bundle: Path | None = setting(
        file_path(must_exist=True), "CA file for every vendor; wins over REQUESTS_CA_BUNDLE.", default=None
    )


@dataclass(frozen=True, kw_only=True)
class MspSettings:
    """The MSP itself."""

    name: str = setting(text(), "The MSP's name.")
    domains: tuple[str, ...] = setting(list_of(domain()), "The MSP's own domains; no customer is matched by these.")
    free_mail_domains: tuple[str, ...] = setting(
        list_of(domain()),
        "More mail domains that strangers share; like the known ones they match no customer.",
        default=(),
    )
    psa_customer: str = setting(
        text(), "The MSP's own company in the PSA; internal time lands there and is not billable.", default=""
    )


@dataclass(frozen=True, kw_only=True)
class ProfitabilitySettings:
    """Margins, labour cost and currency conversion."""

    default_hourly_cost: Decimal | None = setting(
        amount(), "Hourly cost of an agent without a known rate, in the reporting currency.", default=None
    )
    minimum_margin_ratio: Decimal = setting(ratio(), "Margin below which a price is a leak.", default=Decimal("0.20"))
    tiers: tuple[Decimal, ...] = setting(
        list_of(ratio(), exactly=3),
        "Lowest gross margin ratio of the tiers a, b and c; below is d.",
        default=(Decimal("0.60"), Decimal("0.40"), Decimal("0.20")),
    )
    max_residual_ratio: Decimal = setting(
        ratio(), "Above it (residual to revenue over twelve months) rank and tier are null.", default=Decimal("0.25")
    )
    max_uncosted_ratio: Decimal = setting(
        ratio(), "Above it (uncosted hours to hours over twelve months) rank and tier are null.",
        default=Decimal("0.25"),
    )  # fmt: skip
    max_rate_age_days: int = setting(
        whole_number(0, LONGEST_DAYS), "Days after which an exchange rate counts as missing.", default=35
    )


@dataclass(frozen=True, kw_only=True)
class LeakageSettings:
    """When a licence finding opens."""

    observations: int = setting(whole_number(1, 100), "Agreeing observations before a finding opens.", default=3)
    inactive_days: int = setting(
        whole_number(1, LONGEST_DAYS), "Days without sign-in that make a holder inactive.", default=90
    )


@dataclass(frozen=True, kw_only=True)
class PostureSettings:
    """Thresholds of the posture rules."""

    stale_days: int = setting(
        whole_number(1, LONGEST_DAYS), "Days without sign-in that make an account stale.", default=90
    )
    expiring_days: tuple[int, ...] = setting(
        list_of(whole_number(1, LONGEST_DAYS), least=1),
        "Days before expiry at which a credential is told, longest first.",
        default=(60, 30, 7),
    )
    new_privileged_days: int = setting(
        whole_number(1, LONGEST_DAYS), "Days for which a privileged assignment is new.", default=7
    )
    coverage_target_ratio: Decimal = setting(
        ratio(), "Share of users in scope that MFA must protect.", default=Decimal("0.98")
    )
    coverage_drop_ratio: Decimal = setting(
        ratio(), "A fall of the MFA coverage by this much is a finding.", default=Decimal("0.05")
    )
    coverage_drop_days: int = setting(
        whole_number(1, LONGEST_DAYS), "Days within which the MFA coverage may not fall.", default=7
    )
    global_admin_minimum: int = setting(
        whole_number(0, 100), "Fewer global administrators than this are a finding; break-glass counted.", default=2
    )
    global_admin_maximum: int = setting(
        whole_number(1, 100), "More global administrators than this are a finding; break-glass not counted.", default=4
    )
    break_glass_days: int = setting(
        whole_number(1, LONGEST_DAYS), "Days for which the sign-in of a break-glass account is a finding.", default=7
    )
    guest_pending_days: int = setting(
        whole_number(1, LONGEST_DAYS), "Days after which an invitation that was not accepted is a finding.", default=30
    )
    credential_days: int = setting(
        whole_number(1, LONGEST_DAYS), "Days before expiry at which an application's credential is told.", default=30
    )
    secure_score_drop_ratio: Decimal = setting(
        ratio(), "A fall of the secure score by this share of its maximum is a finding.", default=Decimal("0.05")
    )
    secure_score_drop_days: int = setting(
        whole_number(1, LONGEST_DAYS), "Days within which the secure score may not fall.", default=30
    )
    severities: tuple[tuple[str, str], ...] = setting(
        values_by_name(POSTURE_RULES, one_of("critical", "high", "medium", "low", "info"), "posture rule ids"),
        "Severities other than those of docs/posture-rules.md.",
        default=(),
        default_words="none",
    )
    service_accounts: tuple[str, ...] = setting(
        list_of(lower_pattern()), "User principal names of service accounts.", default=()
    )
    shared_mailboxes: tuple[str, ...] = setting(
        list_of(lower_pattern()), "User principal names of shared mailboxes.", default=()
    )
    rooms: tuple[str, ...] = setting(
        list_of(lower_pattern()), "User principal names of rooms and equipment.", default=()
    )


@dataclass(frozen=True, kw_only=True)
class FreshnessSettings:
    """After how many hours a leg is stale."""

    mail_hours: int = setting(whole_number(1, 8784), "Mail and calendar.", default=6)
    directory_hours: int = setting(whole_number(1, 8784), "Microsoft directory, licences and policies.", default=36)
    money_hours: int = setting(whole_number(1, 8784), "PSA and distributors.", default=72)


@dataclass(frozen=True, kw_only=True)
class CompletenessSettings:
    """From when on a list that shrank is read a second time before its missing rows are taken for removed."""

    fall_rows: int = setting(whole_number(0, 1_000_000), "More rows than these must be gone.", default=20)
    fall_ratio: Decimal = setting(ratio(), "And more than this share of the stored ones.", default=Decimal("0.5"))


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that a run needs to know, from one file. Paths are absolute."""

    warehouse: WarehouseSettings = setting(
        table(WarehouseSettings), "Where the warehouse lies.", default=WarehouseSettings()
    )
    http: HttpSettings = setting(table(HttpSettings), "How the vendors are called.", default=HttpSettings())
    msp: MspSettings = setting(table(MspSettings), "The MSP itself.")
    microsoft: MicrosoftSettings | None = setting(table(MicrosoftSettings), "Microsoft 365.", default=None)
    psa: PsaSettings | None = setting(table_by_vendor(PSA_CLASSES), "The PSA.", default=None)
    distributors: tuple[DistributorSettings, ...] = setting(
        tables(table_by_vendor(DISTRIBUTOR_CLASSES)), "The licence distributors.", default=()
    )
    profitability: ProfitabilitySettings = setting(
        table(ProfitabilitySettings), "Margins and costs.", default=ProfitabilitySettings()
    )
    leakage: LeakageSettings = setting(table(LeakageSettings), "Licence findings.", default=LeakageSettings())
    posture: PostureSettings = setting(table(PostureSettings), "Posture rules.", default=PostureSettings())
    freshness: FreshnessSettings = setting(table(FreshnessSettings), "When data is stale.", default=FreshnessSettings())
    completeness: CompletenessSettings = setting(
        table(CompletenessSettings), "When a list that shrank is read again.", default=CompletenessSettings()
    )
    file: Path = field(default=Path("tenantry.toml"))

    @property
    def folder(self) -> Path:
        """The folder of the settings file; every relative path starts here."""
        return self.file.parent

    @property
    def config_folder(self) -> Path:
        """The folder of the reviewed CSV files."""
        return self.folder / "config"

    @property
    def dagster_home(self) -> Path:
        """The Dagster instance beside the settings."""
        return self.folder / ".dagster"
