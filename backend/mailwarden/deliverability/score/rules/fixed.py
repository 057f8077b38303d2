"""Integer arithmetic that gives the same bits on every machine, where floating point would not."""

from collections.abc import Sequence
from math import isqrt

PPM = 1_000_000
PERMILLE = 1000
_LOG_BITS, _LOG_PRECISION = 20, 40
_Z2_NUM, _Z2_DEN = 38416, 10000  # 1.96 squared: 95 %

Ratio = tuple[int, int]
"""Numerator and denominator; the denominator is above 0."""


def root(number: int, degree: int) -> int:
    """The largest whole r with r**degree <= number, by Newton's steps from above."""
    if number < 2:
        return number
    guess = 1 << -(-number.bit_length() // degree)
    while True:
        closer = ((degree - 1) * guess + number // guess ** (degree - 1)) // degree
        if closer >= guess:
            return guess
        guess = closer


def weights(days: int, half_life: int, bits: int) -> tuple[int, ...]:
    """2**(-age/half_life) for each age in whole days, in units of 2**-bits, rounded down."""
    return tuple(root(1 << (bits * half_life - age), half_life) for age in range(days))


def log2(num: int, den: int) -> int:
    """The binary logarithm of num/den >= 1 in units of 2**-20, rounded down. Never falls when num/den grows."""
    x = (num << _LOG_PRECISION) // den
    found = x.bit_length() - 1 - _LOG_PRECISION
    x >>= found
    for _ in range(_LOG_BITS):
        x = x * x >> _LOG_PRECISION
        found <<= 1
        if x >> (_LOG_PRECISION + 1):
            x >>= 1
            found |= 1
    return found


def piecewise(curve: Sequence[tuple[int, int]], rate: Ratio) -> Ratio:
    """The share at this rate: anchors are (ppm, permille), straight between them, flat outside."""
    num, den = rate[0] * PPM, rate[1]
    before = curve[0]
    if num <= before[0] * den:
        return before[1], PERMILLE
    for x1, y1 in curve[1:]:
        x0, y0 = before
        if num <= x1 * den:
            return y0 * (x1 - x0) * den + (y1 - y0) * (num - x0 * den), PERMILLE * (x1 - x0) * den
        before = (x1, y1)
    return before[1], PERMILLE


def reaches(rate: Ratio, ppm: int) -> bool:
    return rate[0] * PPM >= ppm * rate[1]


def in_ppm(rate: Ratio) -> int:
    return rate[0] * PPM // rate[1]


def wilson(x: int, n: int, unit: int) -> tuple[int, int]:
    """Both ends of the 95 % interval (Wilson 1927) in ppm; ``x`` and ``n`` are counts in units of 1/``unit``."""
    if n <= 0:
        return 0, PPM
    x = min(x, n)
    den = 2 * (n * _Z2_DEN + unit * _Z2_NUM)
    middle = 2 * x * _Z2_DEN + unit * _Z2_NUM
    spread = unit * _Z2_NUM * (4 * x * (n - x) * _Z2_DEN // n + unit * _Z2_NUM)
    half = isqrt(spread)
    return max(0, (middle - half) * PPM // den), min(PPM, -(-(middle + half) * PPM // den))


def parts_of(whole: int, sizes: Sequence[int]) -> list[int]:
    """Divides ``whole`` in proportion to the sizes; the parts always add up to it exactly."""
    total, so_far, given, parts = sum(sizes), 0, 0, []
    for size in sizes:
        so_far += size
        upto = whole * so_far // total if total else 0
        parts.append(upto - given)
        given = upto
    return parts
