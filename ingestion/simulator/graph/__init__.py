"""Microsoft Graph v1.0, read-only and app-only, as the vendor's documentation describes it."""
