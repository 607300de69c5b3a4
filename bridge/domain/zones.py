"""Time zones as shops name them: one zone has several names, so zones are compared by the hours they show."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

HALF_A_YEAR = timedelta(days=182)


def same_hours(zone: ZoneInfo, name: str, at: datetime) -> bool:
    """Whether a zone and the one called `name` show the same hour about `at`, in summer and in winter.

    A name that no zone has is another zone.
    """
    try:
        other = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # "Europe" is a folder to it, no zone
        return False
    moments = [at + half * HALF_A_YEAR for half in (-1, 0, 1)]
    return all(moment.astimezone(zone).utcoffset() == moment.astimezone(other).utcoffset() for moment in moments)
