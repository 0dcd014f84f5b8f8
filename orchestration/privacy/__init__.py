"""Retention and erasure: mail and calendar rows that may not stay, taken out of every file that holds them.

settings or an address → rows that must go → raw, derived tables, published copy, exports, working files → receipt
"""
