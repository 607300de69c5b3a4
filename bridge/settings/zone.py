"""A time zone by its IANA name, the same wherever a file names one."""

import re
import zoneinfo
from zoneinfo import ZoneInfo

from bridge.settings.base import broken, suggestion
from bridge.settings.values import shown_value

# IANA names begin with a capital; "localtime", "posixrules" and "right/..." are files of this machine.
_ZONE = re.compile(r"[A-Z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*")


def check_zone(name: str) -> str:
    """The name of a zone that there is."""
    if name != "Factory" and _ZONE.fullmatch(name):
        try:
            ZoneInfo(name)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            pass  # told below, in the same words as a name that could never be a zone
        else:
            return name
    near = suggestion(name, filter(_ZONE.fullmatch, sorted(zoneinfo.available_timezones())))
    raise broken("must be the name of a time zone such as Asia/Tehran", value=shown_value(name) + near)


def check_zone_or_none(name: str) -> str:
    """The name of a zone, or nothing where another one stands in."""
    return check_zone(name) if name else name
