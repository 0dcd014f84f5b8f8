"""Pax8, a licence distributor, over its partner API; read-only although its keys would allow more."""
