"""The commented `tenantry.toml` and `config/*.csv` that `tenantry init` writes.

Every key of the settings stands in the text, live or commented out; a test holds it against the classes.
"""

from orchestration.config_rows import ConfigRow, header

STARTING_SETTINGS = """\
# Tenantry settings. Every key with its type and default: docs/settings.md.
# Secrets are references: env:NAME, file:/path or keyring:service/name. Paths are relative to this file.
# Fill in what your MSP has, delete the tables it does not have, then run `tenantry doctor`.

[warehouse]
path = "warehouse/tenantry.duckdb"        # the writer's file
published = "warehouse/published.duckdb"  # what dashboards and BI read
# file_mode = "0600"                       # "0640": the group of a BI server may read the published copy
# kept_publications = 2                     # published files that are kept: the newest, and those before it
reporting_currency = "USD"

[http]
connections = 16
# max_page_mb = 64                          # megabytes that one answer may unpack to
# max_report_mb = 512                       # megabytes that a downloaded report may unpack to
# max_answer_seconds = 300                  # from a request to the last byte of its answer
# max_requests = 500000                   # a run that has made so many asks no more and ends cleanly
# max_minutes = 120                       # the same by time; the next run begins with what was left out
# clock_tolerance_minutes = 60            # minutes that this machine's clock may differ from the vendors'
# ca_bundle = "ca.pem"                    # CA file for every vendor; wins over REQUESTS_CA_BUNDLE

[msp]
name = "Example MSP"
domains = ["msp.example"]                 # never match a customer by these
# free_mail_domains = ["mail.example"]      # more domains that strangers share; the known ones need no entry
# psa_customer = "2"                      # the MSP's own company in the PSA

[microsoft]
cloud = "global"                          # global | us_gov | us_gov_dod | china
# login_url = "https://login.gateway.example"
# graph_url = "https://graph.gateway.example"
# graph_scope = "https://graph.microsoft.com/.default"
# report_hosts = ["reports*.office.com"]    # where usage reports are downloaded from, without a credential
client_id = "00000000-0000-0000-0000-000000000001"
client_secret = "env:TENANTRY_GRAPH_SECRET"   # the secret's Value, not its Secret ID
# secret_expires_on = 2028-05-01          # read from Graph where permitted
# secret_id = "00000000-0000-0000-0000-000000000005"   # which of several secrets of the app is in use
# expiry_calendar = "expiry.ics"          # calendar file with the expiry of every credential
# certificate = { path = "app.pem", thumbprint = "40 hexadecimal digits", passphrase = "env:TENANTRY_CERT_PASSPHRASE" }

[[microsoft.tenants]]                     # one table per tenant
tenant_id = "00000000-0000-0000-0000-000000000002"   # GUID or verified domain
# customer = "250"                        # PSA customer id, the strongest mapping
# is_msp = true                           # the MSP's own tenant
# client_id = "00000000-0000-0000-0000-000000000003"   # an app registration of its own
# client_secret = "env:TENANTRY_OTHER_SECRET"
# certificate = { path = "other.pem", thumbprint = "40 hexadecimal digits" }
# secret_expires_on = 2028-05-01
# secret_id = "00000000-0000-0000-0000-000000000006"

# [microsoft.mailboxes]                   # without this table no mailbox is read
# tenant_id = "00000000-0000-0000-0000-000000000002"
# allow = ["dana@msp.example"]            # the only mailboxes ever read
# preview = true                          # false: Mail.ReadBasic is enough
# folders = ["inbox", "sentitems"]
# mail_days = 30                          # window and retention
# calendar_past_days = 7
# calendar_future_days = 14
# canary = "ceo@msp.example"              # must be refused

[psa]
vendor = "connectwise"                    # this release reads connectwise
base_url = "https://api-na.myconnectwise.net/v4_6_release/apis/3.0"
company_id = "example"
public_key = "env:CW_PUBLIC"
private_key = "env:CW_PRIVATE"
client_id = "00000000-0000-0000-0000-000000000004"
# tenant_id_field = "Microsoft tenant"    # custom field of a company that holds its tenant GUID
# void_statuses = ["Void", "Voided"]
# base_currency = "USD"                   # of amounts without their own

[[distributors]]
vendor = "pax8"                           # this release reads pax8
# name = "pax8-us"                        # connection id; default the vendor
base_url = "https://api.pax8.com/v1"
token_url = "https://api.pax8.com/v1/token"
client_id = "example"
client_secret = "env:TENANTRY_PAX8_SECRET"
# audience = "https://api.pax8.com"

[profitability]
# default_hourly_cost = "45.00"           # of agents without a known rate, reporting currency
minimum_margin_ratio = "0.20"
tiers = ["0.60", "0.40", "0.20"]
max_residual_ratio = "0.25"
max_uncosted_ratio = "0.25"
max_rate_age_days = 35                    # an older exchange rate counts as missing

[leakage]
observations = 3
inactive_days = 90

[posture]
stale_days = 90
expiring_days = [60, 30, 7]
new_privileged_days = 7
coverage_target_ratio = "0.98"
coverage_drop_ratio = "0.05"
coverage_drop_days = 7
global_admin_minimum = 2
global_admin_maximum = 4
break_glass_days = 7
guest_pending_days = 30
credential_days = 30                      # of applications; expiring_days is for our own
secure_score_drop_ratio = "0.05"          # of the maximum
secure_score_drop_days = 30
# severities = { break_glass_missing = "low" }   # other than those of docs/posture-rules.md
service_accounts = []                     # user principal names, * for any characters
shared_mailboxes = []
rooms = []

[freshness]                               # hours after which data is stale
mail_hours = 6
directory_hours = 36
money_hours = 72

[completeness]                            # a list that lost more than both is read again before rows count as removed
fall_rows = 20
fall_ratio = "0.5"
"""

EXAMPLE_ROWS = {
    "customer_map.csv": "tenant,00000000-0000-0000-0000-000000000002,250,accepted,ana,2026-09-01,",
    "product_map.csv": "psa,M365-BP,ms:cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46,1,accepted,ana,2026-09-01,bundle of one",
    "exceptions.csv": "shelfware,250,*,ms:cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46,seasonal staff,ana,2026-12-31",
    "agent_cost_rates.csv": "17,2026-01-01,,52.50,USD",
    "fx_rates.csv": "2026-10-30,EUR,USD,1.0845,manual",
    "break_glass.csv": "00000000-0000-0000-0000-000000000002,breakglass@customer.example,ana,sealed envelope",
    "vendor_terms.csv": "billing_cycle,Half-Yearly,6,accepted,ana,2026-11-30,",
}


def starting_config_file(row_class: type[ConfigRow]) -> str:
    """A reviewed file with its purpose and an example as comments, and its header; no rows."""
    return f"# {row_class.purpose}\n# {EXAMPLE_ROWS[row_class.file_name]}\n{','.join(header(row_class))}\n"
