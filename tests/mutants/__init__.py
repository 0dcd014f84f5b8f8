"""Mistakes made on purpose, one at a time, by rule: which of them do the tests notice?"""
