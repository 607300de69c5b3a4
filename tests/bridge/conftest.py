"""Fixtures for the tests of the core."""

from tests.support.fake_platform import fake_platform

__all__ = ["fake_platform"]
