"""A small client for the Rimelog API, version 2, with the standard library only.

The client shows customers how to page through readings, how to wait when the rate limit is
reached, and how to check the signature of a webhook. It is an example, not a product: Orrinvale
mends it but promises no support for it.

    client = RimelogClient("rk_test_example")
    for reading in client.readings("R4-0042-7731", start, end):
        print(reading.at, reading.temperature)
"""

import hashlib
import hmac
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

BASE_URL = "https://api.rimelog.example/v2"
LONGEST_SPAN = timedelta(days=31)
MAX_ATTEMPTS = 4
SIGNATURE_AGE_SECONDS = 300


class RimelogError(Exception):
    """The API refused a request; `request_id` is what support asks for."""

    def __init__(self, status: int, code: str, request_id: str) -> None:
        super().__init__(f"{status} {code} (request {request_id})")
        self.status = status
        self.code = code
        self.request_id = request_id


@dataclass(frozen=True)
class Reading:
    """One reading of a logger: degrees Celsius, and relative humidity in percent for an R4."""

    at: datetime
    temperature: float
    humidity: float | None


class RimelogClient:
    """Talk to the Rimelog API with one key.

    Args:
        key: An API key, `rk_live_…` for real devices or `rk_test_…` for the sandbox.
        timeout: Seconds to wait for one answer.
    """

    def __init__(self, key: str, *, timeout: float = 20.0) -> None:
        self._key = key
        self._timeout = timeout

    def readings(self, serial: str, start: datetime, end: datetime) -> Iterator[Reading]:
        """Yield the raw readings of a logger between two times, oldest first.

        A span longer than 31 days is cut into pieces, because the API refuses longer spans of raw
        readings with the code `span_too_long`.
        """
        while start < end:
            piece_end = min(end, start + LONGEST_SPAN)
            yield from self._readings_of_piece(serial, start, piece_end)
            start = piece_end

    def acknowledge(self, alarm_id: str, reason: str) -> bool:
        """Acknowledge an alarm; return False when somebody else was faster.

        Raises:
            ValueError: The reason is shorter than 10 or longer than 500 characters.
        """
        if not 10 <= len(reason) <= 500:
            raise ValueError("a reason has 10 to 500 characters")
        try:
            self._request("POST", f"/alarms/{alarm_id}/acknowledge", body={"reason": reason})
        except RimelogError as error:
            if error.code == "already_acknowledged":
                return False
            raise
        return True

    def _readings_of_piece(self, serial: str, start: datetime, end: datetime) -> Iterator[Reading]:
        query = {"from": start.isoformat(), "to": end.isoformat(), "page_size": "500"}
        while True:
            page = self._request("GET", f"/loggers/{serial}/readings", query=query)
            for item in page["readings"]:
                yield Reading(
                    at=datetime.fromisoformat(item["at"]),
                    temperature=item["temperature"],
                    humidity=item.get("humidity"),
                )
            if page["next_cursor"] is None:
                return
            query["cursor"] = page["next_cursor"]

    def _request(
        self,
        method: str,
        path: str,
        *,
        query: dict[str, str] | None = None,
        body: dict[str, str] | None = None,
    ) -> Any:
        url = BASE_URL + path + ("?" + urllib.parse.urlencode(query) if query else "")
        data = json.dumps(body).encode() if body else None
        headers = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"}
        request = urllib.request.Request(url, data=data, headers=headers, method=method)
        for attempt in range(1, MAX_ATTEMPTS + 1):
            try:
                with urllib.request.urlopen(request, timeout=self._timeout) as answer:
                    return json.load(answer)
            except urllib.error.HTTPError as error:
                if error.code not in (429, 503) or attempt == MAX_ATTEMPTS:
                    raise _as_rimelog_error(error) from error
                time.sleep(seconds_to_wait(error.headers.get("Retry-After"), attempt))
        raise AssertionError("the loop returns or raises")


def seconds_to_wait(retry_after: str | None, attempt: int) -> float:
    """Return how long to wait before the next attempt.

    The server's `Retry-After` counts. Without it the client waits 2, 4, 8 … seconds, but never
    longer than 30 seconds.
    """
    if retry_after is not None:
        return float(retry_after)
    return min(30.0, 2.0**attempt)


def signature_is_valid(secret: bytes, body: bytes, signature: str, *, now: float) -> bool:
    """Check the header `X-Rimelog-Signature` of a webhook.

    The signature is the hexadecimal HMAC-SHA256 of the raw body. A body that was sent more than
    300 seconds ago is refused, so that a recorded request cannot be played back.
    """
    expected = hmac.new(secret, body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, signature):
        return False
    sent_at = datetime.fromisoformat(json.loads(body)["sent_at"]).timestamp()
    return now - sent_at <= SIGNATURE_AGE_SECONDS


def _as_rimelog_error(error: urllib.error.HTTPError) -> RimelogError:
    detail = json.load(error)
    return RimelogError(error.code, detail["code"], detail["request_id"])
