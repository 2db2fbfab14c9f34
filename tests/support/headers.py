"""What every answer of the gateway says in its headers, whoever asked and whatever came of it."""

from __future__ import annotations

import httpx

ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
}
NOT_KEPT = ("/console", "/v1/", "/oauth/", "/metrics")
KEPT = "/console/assets/"
"""Files whose name is their hash: the same for everybody, for ever."""
COOKIE_SAYS = ("secure", "httponly", "samesite=lax", "path=/")


def faults_of(answer: httpx.Response) -> list[str]:
    """Return what an answer's headers lack, in words; none of it is a header's value."""
    headers, path = answer.headers, answer.request.url.path
    found = [name for name, value in ALWAYS.items() if headers.get(name) != value]
    policy = headers.get("content-security-policy", "")
    found += [
        f"policy without {one}"
        for one in ("default-src 'none'", "frame-ancestors 'none'")
        if one not in policy
    ]
    if "unsafe" in policy or "*" in policy or "http:" in policy:
        found.append("a wide policy")
    if "server" in headers or "x-powered-by" in headers:
        found.append("it says what serves it")
    if not headers.get("x-request-id"):
        found.append("no request id")
    is_page = headers.get("content-type", "").startswith("text/html")
    if is_page and headers.get("cross-origin-opener-policy") != "same-origin":
        found.append("no opener policy")
    not_kept = is_page or (path.startswith(NOT_KEPT) and not path.startswith(KEPT))
    if not_kept and headers.get("cache-control") != "no-store":
        found.append("may be kept")
    for line in headers.get_list("set-cookie"):
        said = [part.strip().lower() for part in line.split(";")]
        found += [f"cookie without {one}" for one in COOKIE_SAYS if one not in said]
        if not line.startswith("__Host-") or any(one.startswith("domain") for one in said):
            found.append("a cookie of more than this host")
    return found
