"""The authentication-methods policy of a tenant."""

from datetime import date

from ingestion.simulator.world.shapes import Record
from ingestion.simulator.world.timeline import stamp

CHANGED = date(2026, 2, 3)
# Method, its type in the schema, and whether it is allowed.
METHODS = (
    ("Fido2", "fido2AuthenticationMethodConfiguration", True),
    ("MicrosoftAuthenticator", "microsoftAuthenticatorAuthenticationMethodConfiguration", True),
    ("Sms", "smsAuthenticationMethodConfiguration", True),
    ("TemporaryAccessPass", "temporaryAccessPassAuthenticationMethodConfiguration", False),
    ("SoftwareOath", "softwareOathAuthenticationMethodConfiguration", True),
    ("Voice", "voiceAuthenticationMethodConfiguration", False),
    ("Email", "emailAuthenticationMethodConfiguration", True),
    ("X509Certificate", "x509CertificateAuthenticationMethodConfiguration", False),
)


def methods_policy_record() -> Record:
    """The singleton as Graph answers it."""
    return {
        "id": "authenticationMethodsPolicy",
        "displayName": "Authentication Methods Policy",
        "description": "Which methods may be registered and used",
        "lastModifiedDateTime": stamp(CHANGED),
        "policyVersion": "1.5",
        "policyMigrationState": "migrationComplete",
        "reconfirmationInDays": None,
        "registrationEnforcement": {
            "authenticationMethodsRegistrationCampaign": {
                "state": "enabled",
                "snoozeDurationInDays": 1,
                "includeTargets": [{"id": "all_users", "targetType": "group"}],
                "excludeTargets": [],
            }
        },
        "authenticationMethodConfigurations": [
            {
                "@odata.type": f"#microsoft.graph.{kind}",
                "id": name,
                "state": "enabled" if is_allowed else "disabled",
                "excludeTargets": [],
            }
            for name, kind, is_allowed in METHODS
        ],
    }
