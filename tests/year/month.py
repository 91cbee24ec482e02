"""The office's calendar, from the words of the contract: months and days begin at its own midnight."""
import datetime

DAY_S = 86400


def month(unix_s, offset_min):
    """Months since January 1970."""
    local = datetime.datetime.fromtimestamp(unix_s + offset_min * 60, datetime.timezone.utc)
    return (local.year - 1970) * 12 + local.month - 1


def day(unix_s, offset_min):
    return (unix_s + offset_min * 60) // DAY_S
