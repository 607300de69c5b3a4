"""Shop Support Bridge: licences, tickets and an honest coin ledger beside an OpenCart or PrestaShop shop."""

VERSION = "0.7.0"
"""Kept here as a constant so that `bridge --version` answers before anything is imported."""
