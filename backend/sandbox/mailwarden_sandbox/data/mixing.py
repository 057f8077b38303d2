"""Numbers out of a seed: the same on every machine and in every order of asking."""

from hashlib import blake2b

_MASK = 0xFFFFFFFFFFFFFFFF


def mix(value: int) -> int:
    """One well-stirred 64-bit number per input (the splitmix64 step)."""
    value = (value + 0x9E3779B97F4A7C15) & _MASK
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _MASK
    return value ^ (value >> 31)


def seed_of(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")


def unit(bits: int) -> float:
    """The low 16 bits as a number in [0, 1)."""
    return (bits & 0xFFFF) / 65536
