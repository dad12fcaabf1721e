"""How long a participant takes: the typical time of a distribution, and the time that a uniform number stands for.

A time is drawn by inverting the distribution function, so that one uniform number gives one time, a larger number
never a shorter one.  Percentiles are those of the lognormal distribution that passes through both.

Source: Wichura, Algorithm AS 241, Applied Statistics 37 (1988), for the quantiles of the normal distribution; the
lognormal shape of service times is that of Downey, Lognormal and Pareto distributions in the Internet, 2005.
"""

from __future__ import annotations

from math import exp, log, log1p, sqrt
from typing import Final

from sagactl.model import Latency

LATENCY_S: Final = 0.1
"""Where nothing is said of how long a participant takes."""

Z99: Final = 2.3263478740408408
"""The 99th percentile of the normal distribution."""

Eight = tuple[float, float, float, float, float, float, float, float]

CENTRAL: Final = 0.425
MIDDLE: Final = (
    (3.3871328727963666080, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125,
     45921.953931549871457, 67265.770927008700853, 33430.575583588128105, 2509.0809287301226727),
    (1.0, 42.313330701600911252, 687.18700749205790830, 5394.1960214247511077,
     21213.794301586595867, 39307.895800092710610, 28729.085735721942674, 5226.4952788528545610),
)  # fmt: skip
TAIL: Final = (
    (1.42343711074968357734, 4.63033784615654529590, 5.76949722146069140550, 3.64784832476320460504,
     1.27045825245236838258, 0.241780725177450611770, 0.0227238449892691845833, 7.74545014278341407640e-4),
    (1.0, 2.05319162663775882187, 1.67638483018380384940, 0.689767334985100004550,
     0.148103976427480074590, 0.0151986665636164571966, 5.47593808499534494600e-4, 1.05075007164441684324e-9),
)  # fmt: skip
FAR_TAIL: Final = (
    (6.65790464350110377720, 5.46378491116411436990, 1.78482653991729133580, 0.296560571828504891230,
     0.0265321895265761230930, 0.00124266094738807843860, 2.71155556874348757815e-5, 2.01033439929228813265e-7),
    (1.0, 0.599832206555887937690, 0.136929880922735805310, 0.0148753612908506148525,
     7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15),
)  # fmt: skip
"""Numerator and denominator of each region, the constant first."""


def typical_s(latency: Latency) -> float:
    """The middle of a distribution: its value, the middle of its range, its mean, its median."""
    if latency.shape == "uniform":
        return sum(latency.values_s) / 2
    return latency.values_s[0]


def sample_s(latency: Latency, uniform: float) -> float:
    """The time below which the share `uniform` of all times lies."""
    values_s = latency.values_s
    if latency.shape == "fixed":
        return values_s[0]
    if latency.shape == "uniform":
        return values_s[0] + (values_s[1] - values_s[0]) * uniform
    if latency.shape == "exponential":
        return -values_s[0] * log1p(-uniform)
    return values_s[0] * exp(spread(values_s) * normal_quantile(uniform))


def spread(values_s: tuple[float, ...]) -> float:
    """The standard deviation of the logarithm, for the median and the 99th percentile."""
    return log(values_s[1] / values_s[0]) / Z99


def slowed(latency: Latency, factor: float) -> Latency:
    """The same distribution, every time of it multiplied."""
    return Latency(shape=latency.shape, values_s=tuple(value_s * factor for value_s in latency.values_s))


def normal_quantile(uniform: float) -> float:
    """The inverse of the standard normal distribution function, to about sixteen digits."""
    q = uniform - 0.5
    if abs(q) <= CENTRAL:
        return q * _ratio(MIDDLE, CENTRAL * CENTRAL - q * q)
    r = sqrt(-log(min(uniform, 1.0 - uniform)))
    value = _ratio(TAIL, r - 1.6) if r <= 5.0 else _ratio(FAR_TAIL, r - 5.0)
    return value if q > 0 else -value


def _ratio(polynomials: tuple[Eight, Eight], r: float) -> float:
    """Horner's rule, written out: many runs spend a good part of their time here."""
    (a0, a1, a2, a3, a4, a5, a6, a7), (b0, b1, b2, b3, b4, b5, b6, b7) = polynomials
    above = ((((((a7 * r + a6) * r + a5) * r + a4) * r + a3) * r + a2) * r + a1) * r + a0
    below = ((((((b7 * r + b6) * r + b5) * r + b4) * r + b3) * r + b2) * r + b1) * r + b0
    return above / below
