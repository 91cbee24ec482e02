"""Time, base dates and token identifiers."""

START_1993 = 725846400  # Unix seconds of 1993-01-01T00:00Z
BASE_MINUTES = {1993: 0, 2014: (1388534400 - START_1993) // 60, 2035: (2051222400 - START_1993) // 60}
CODES = {1993: "93", 2014: "14", 2035: "35"}
LARGEST = 0xFFFFFF
DAY = 1440


def minutes(unix_s: int) -> int:
    """Since 1993, seconds dropped."""
    return (unix_s - START_1993) // 60


def of_time(unix_s: int, base_date: int) -> int:
    return minutes(unix_s) - BASE_MINUTES[base_date]


def reserved(minute: int) -> bool:
    """00:01 UTC; the base dates begin at midnight, so it works on identifiers too."""
    return minute % DAY == 1


def expired(tid: int, ken: int) -> bool:
    return tid >> 16 > ken
