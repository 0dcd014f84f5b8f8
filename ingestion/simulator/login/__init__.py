"""The Microsoft identity platform's token endpoint and OpenID metadata."""
