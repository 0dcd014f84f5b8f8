"""Vendor APIs to raw tables, plus the local simulator that stands in for the vendors."""
