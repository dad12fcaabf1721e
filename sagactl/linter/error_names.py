"""What the name of an error says, as far as a name can say it.

Names are compared without case and separators, and without what stands before the last dot, so that `TIMED_OUT`,
`TimedOut` and `payments.TimedOut` are one, and `HTTP 503` is `503`.  A name counts as a whole, or by the words it ends
with: `GatewayTimeout` is a timeout, while `BookingTimeSlotTaken` and `FilingDeadlineExceeded` are business.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from sagactl.linter.commands import folded, words

NOBODY_KNOWS: Final[dict[str, tuple[str, ...]]] = {
    "in any language": ("Timeout", "TimedOut", "DeadlineExceeded", "Unavailable", "TemporarilyUnavailable"),
    "HTTP": (
        *("RequestTimeout", "InternalServerError", "BadGateway", "ServiceUnavailable", "GatewayTimeout"),
        *("408", "500", "502", "503", "504"),
    ),
    "gRPC": ("DEADLINE_EXCEEDED", "UNAVAILABLE"),
    "AWS Step Functions": (
        *("States.Timeout", "States.HeartbeatTimeout", "Sandbox.Timedout", "Lambda.ServiceException"),
        *("Lambda.AWSLambdaException", "Lambda.SdkClientException", "Lambda.ClientExecutionTimeoutException"),
    ),
    "Temporal": ("TimeoutFailure", "StartToCloseTimeout", "ScheduleToCloseTimeout", "HeartbeatTimeout"),
    "Java": (
        *("TimeoutException", "SocketTimeoutException", "InterruptedIOException", "IOException"),
        *("ConnectException", "SocketException", "NoHttpResponseException", "ResourceAccessException"),
    ),
    ".NET": ("TaskCanceledException", "OperationCanceledException", "TimeoutRejectedException", "HttpRequestException"),
    "Go": ("context.DeadlineExceeded", "os.ErrDeadlineExceeded", "http.ErrHandlerTimeout", "io.ErrUnexpectedEOF"),
    "Python": ("TimeoutError", "ReadTimeout", "ConnectTimeout", "ConnectionError", "ConnectionResetError"),
    "Node.js": ("ETIMEDOUT", "ESOCKETTIMEDOUT", "ECONNRESET", "ECONNABORTED", "EPIPE"),
}
"""Names of failures after which nobody knows whether the request was done, by where they are used.

Source: RFC 9110 for HTTP, the status codes of gRPC, the error names of AWS Step Functions and of Lambda in its
handbook, the failures of the Temporal SDKs, and the standard libraries; ResourceAccessException is Spring's,
NoHttpResponseException that of Apache HttpClient, TimeoutRejectedException that of Polly.
"""

ANYTHING: Final[dict[str, tuple[str, ...]]] = {
    "in any language": (
        *("*", "All", "Any", "Error", "Errors", "Exception", "Failure", "Fault"),
        *("GenericError", "UnexpectedError", "UnhandledException", "UnknownError"),
    ),
    "AWS Step Functions": ("States.ALL", "States.TaskFailed", "Lambda.Unknown"),
    "Temporal": ("ActivityFailure", "ActivityError", "ChildWorkflowFailure", "ChildWorkflowError"),
    "Java": ("RuntimeException", "Throwable"),
    ".NET": ("SystemException", "AggregateException"),
    "Python": ("BaseException", "RuntimeError"),
}
"""Names that stand for every failure there is, timeouts included, by where they are used.

Source: the error names of AWS Step Functions, the failures in which the Temporal SDKs wrap every other, and the roots
of the exceptions of each language.
"""

NOTHING_THERE: Final[dict[str, tuple[str, ...]]] = {
    "in any language": ("NotFound", "DoesNotExist", "NothingToUndo", "NothingToCancel", "NothingToRelease"),
    "HTTP": ("404", "410", "Gone"),
    "gRPC": ("NOT_FOUND",),
    "Java": ("NoSuchElementException",),
    "Go": ("sql.ErrNoRows",),
}
"""Names by which a participant says that what it is to undo is not there."""

NO_ANSWER: Final = (
    *("timeout", "timeouts", "TimedOut", "DeadlineExceeded", "States.Timeout", "TimeoutError", "TimeoutException"),
    *("SocketTimeoutException", "StartToCloseTimeout", "ReadTimeout", "context.DeadlineExceeded", "ETIMEDOUT"),
)
"""What those who wait call it that no answer came; whoever answers `GatewayTimeout` has answered."""

_KINDS: Final = frozenset(("error", "exception", "failure", "fault"))
"""Words that may follow the words that matter."""


def _names(table: dict[str, tuple[str, ...]]) -> frozenset[str]:
    return frozenset(folded(name) for names in table.values() for name in names)


_NOBODY_KNOWS: Final = _names(NOBODY_KNOWS)
_ANYTHING: Final = _names(ANYTHING)
_NOTHING_THERE: Final = _names(NOTHING_THERE)
_NO_ANSWER: Final = frozenset(folded(name) for name in NO_ANSWER)


@lru_cache(4096)
def nobody_knows(name: str) -> bool:
    """Whether after an error of this name the request may have been done or not."""
    if _is_in(_NOBODY_KNOWS, name):
        return True
    parts = _without_kind(name)
    return parts[-1:] == ("timeout",) or parts[-2:] in (("timed", "out"), ("time", "out")) or _is_no_service(name)


def _is_no_service(name: str) -> bool:
    """Whether it is an exception that a service is unavailable; without the word it may be one that customers book."""
    parts = words(name)
    return parts[-3:-1] == ("service", "unavailable") and parts[-1] in _KINDS


@lru_cache(4096)
def means_anything(name: str) -> bool:
    """Whether the name stands for every failure."""
    return _is_in(_ANYTHING, name)


@lru_cache(4096)
def no_answer(name: str) -> bool:
    """Whether the name says that no answer came, which no answer can say; `timeout` is the language's word for it."""
    return name != "timeout" and _is_in(_NO_ANSWER, name)


@lru_cache(4096)
def nothing_there(name: str) -> bool:
    """Whether the name says that there is nothing to undo: `ReservationNotFound`, `NoSuchBooking`, `UnknownOrder`."""
    if _is_in(_NOTHING_THERE, name):
        return True
    parts = _without_kind(name)
    ends = parts[-2:] == ("not", "found") or parts[-3:] == ("does", "not", "exist")
    return ends or (len(parts) > 1 and (parts[0] == "unknown" or parts[:2] == ("no", "such")))


def _is_in(names: frozenset[str], name: str) -> bool:
    whole = folded(name)
    return whole in names or whole.removeprefix("http") in names or folded(_unqualified(name)) in names


def _unqualified(name: str) -> str:
    return name[max(name.rfind(sign) for sign in "./:$ ") + 1 :]


def _without_kind(name: str) -> tuple[str, ...]:
    """The words of a name; of `PaymentTimeoutException` those that say what happened."""
    parts = words(_unqualified(name))
    return parts[:-1] if len(parts) > 1 and parts[-1] in _KINDS else parts
