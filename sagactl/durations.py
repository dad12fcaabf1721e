"""Durations as people write them: `500ms`, `15m`, or ISO 8601 `PT15M`."""

from __future__ import annotations

import re
from typing import Final

MAX_S: Final = 3650 * 86400.0
"""Ten years: longer is a typing error, not a saga."""

UNITS_S: Final[dict[str, float]] = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}

PATTERN: Final = (
    r"^(?:[1-9][0-9]*(?:\.[0-9]+)?(?:ms|s|m|h|d)"
    r"|P(?=[0-9T])(?:[0-9]+D)?(?:T(?=[0-9])(?:[0-9]+H)?(?:[0-9]+M)?(?:[0-9]+(?:\.[0-9]+)?S)?)?)$"
)
ZERO_PATTERN: Final = PATTERN.replace("(?:[1-9]", "(?:0(?:ms|s|m|h|d)|[1-9]", 1)

_PLAIN = re.compile(r"([1-9][0-9]*(?:\.[0-9]+)?|0)(ms|s|m|h|d)")
_ISO = r"P(?=[0-9T])(?:([0-9]+)D)?(?:T(?=[0-9])(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9]+(?:\.[0-9]+)?)S)?)?"
_MAX_LENGTH = 40

_GRAINS_S: Final = ((60.0, 5.0), (3600.0, 60.0), (86400.0, 1800.0), (float("inf"), 86400.0))
"""Below which duration people count in which steps."""

HOW_TO_WRITE: Final = "write a number and one of ms, s, m, h, d, such as `500ms`, `30s` or `15m`"


def parse_duration(text: str) -> float | None:
    """Seconds, or None when the text is no duration; zero counts as one here."""
    if len(text) > _MAX_LENGTH:
        return None
    plain = _PLAIN.fullmatch(text)
    if plain is not None:
        return round(float(plain[1]) * UNITS_S[plain[2]], 9)
    iso = re.fullmatch(_ISO, text) if text.startswith("P") else None
    if iso is None:
        return None
    days, hours, minutes, seconds = iso.groups(default="0")
    return int(days) * 86400.0 + int(hours) * 3600.0 + int(minutes) * 60.0 + float(seconds)


def advice(text: str) -> str:
    """What to write instead of a text that is no duration, guessed from what people write elsewhere."""
    stripped = text.strip()
    clock = re.fullmatch(r"([0-9]{1,3}):([0-9]{2})(?::([0-9]{2}))?", stripped)
    if clock is not None:
        first, second, third = int(clock[1]), int(clock[2]), clock[3]
        total_s = first * 3600 + second * 60 + int(third) if third is not None else first * 60 + second
        return f"if {duration_text(total_s)} is meant, write `{duration_text(total_s)}`"
    if re.fullmatch(r"[0-9]{1,9}", stripped):
        number = int(stripped)
        if number == 0:
            return "a duration is longer than zero"
        return f"write the unit: `{number}s` for seconds, `{number}ms` for milliseconds"
    respelled = respell(text)
    return f"write `{respelled}`" if respelled is not None else HOW_TO_WRITE


def respell(text: str) -> str | None:
    """The duration that a number with a unit in other words means, or None: `30 Seconds` is `30s`."""
    spaced = re.fullmatch(
        r"([0-9]{1,9}(?:\.[0-9]{1,9})?)\s*(ms|millis|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?)",
        text.strip(),
        re.IGNORECASE,
    )
    if spaced is None:
        return None
    unit = "ms" if spaced[2].lower().startswith(("ms", "milli")) else spaced[2][0].lower()
    number_s = float(spaced[1]) * UNITS_S[unit]
    return duration_text(number_s) if 0 < number_s <= MAX_S else None


def duration_text(seconds: float) -> str:
    """The shortest plain form: 90 is `90s`, 900 is `15m`, 0.5 is `500ms`."""
    if seconds <= 0:
        return "0s"
    for unit, unit_s in (("d", 86400.0), ("h", 3600.0), ("m", 60.0), ("s", 1.0)):
        if seconds >= unit_s and seconds % unit_s == 0:
            return f"{seconds / unit_s:.0f}{unit}"
    if seconds < 1:
        return f"{seconds * 1000:.6g}ms"
    return f"{seconds:.6g}s"


def long_duration(seconds: float) -> str:
    """A duration for people: `460ms`, `12.3s`, `1h 1m 51.5s`."""
    rest = round(seconds, 3)
    if rest < 60:
        return duration_text(rest)
    parts = []
    for unit, unit_s in (("d", 86400), ("h", 3600), ("m", 60)):
        if rest >= unit_s:
            parts.append(f"{int(rest // unit_s)}{unit}")
            rest = round(rest % unit_s, 3)
    return " ".join([*parts, duration_text(rest)] if rest else parts)


def roomy_duration(seconds: float) -> str:
    """A duration to paste that leaves room for this one: the next round number above it."""
    grain_s = next(grain_s for below_s, grain_s in _GRAINS_S if seconds < below_s)
    return duration_text(min((seconds // grain_s + 1) * grain_s, MAX_S))
