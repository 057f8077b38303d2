"""Headers of answers that clients may rely on."""

from typing import Any

Schema = dict[str, Any]


def _header(words: str, example: str, kind: str = "string") -> Schema:
    return {"description": words, "schema": {"type": kind}, "example": int(example) if kind == "integer" else example}


HEADERS: dict[str, Schema] = {
    "Request-Id": _header("Names this request. Tell it to support.", "req_0190b6a7c1de7f3a8d5e4b2c9f017a36"),
    "RateLimit": _header("What is left of the tightest limit (r) and the seconds to its end (t).", '"key";r=599;t=42'),
    "RateLimit-Policy": _header("Every limit that counts here: requests (q) in seconds (w).", '"key";q=600;w=60'),
    "X-RateLimit-Limit": _header("Requests of the tightest limit in its window.", "600", "integer"),
    "X-RateLimit-Remaining": _header("How many of them are left.", "599", "integer"),
    "X-RateLimit-Reset": _header("When its window ends, in seconds since 1970.", "1793525400", "integer"),
    "Retry-After": _header("Seconds to wait.", "2", "integer"),
    "Idempotency-Replayed": _header("`true`: the answer of the first request with this Idempotency-Key.", "true"),
    "ETag": _header("The version of what was answered. Send it as If-Match to change it.", '"v7"'),
}
LIMITS = tuple(name for name in HEADERS if "RateLimit" in name)
ON_ERRORS = {"429": ("Retry-After", *LIMITS), "503": ("Retry-After",), "412": ("ETag",)}


def tell_headers(operation: Schema, *, replays: bool, versioned: bool) -> None:
    """``versioned``: what is answered has an ETag. Problems name their request in the body, too."""
    for status, answer in operation["responses"].items():
        names = [*ON_ERRORS.get(status, ())]
        if status < "400":
            names += [
                "Request-Id",
                *LIMITS,
                *(["Idempotency-Replayed"] * replays),
                *(["ETag"] * (versioned and status != "204")),
            ]
        if names:
            answer.setdefault("headers", {}).update({one: {"$ref": f"#/components/headers/{one}"} for one in names})
