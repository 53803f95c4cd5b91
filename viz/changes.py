"""What is done to one instrument, as a change of a policy: what forms and levers alike come to."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from model.loading import first_fault
from model.policy import Change

Action = Literal["remove", "delay", "set", "scale", "tighten", "loosen"]
_CHANGE: TypeAdapter[Change] = TypeAdapter(Change)


class ChangeError(ValueError):
    """A change that cannot be made; the message says what was expected."""


def change_of(
    instrument: str,
    action: Action,
    amount: float = 1.0,
    *,
    parameter: str = "",
    since: date | None = None,
) -> Change:
    """A change of one instrument.

    Args:
        instrument: its id.
        action: what is done with it.
        amount: the months of a delay, the value set, the factor of a scale, the share by which a
            rule is tightened or loosened; not used by ``remove``.
        parameter: which figure is set or scaled.
        since: day from which it holds; from the beginning if left out.  A delay has none.

    Raises:
        ChangeError: saying what was expected.
    """
    content: dict[str, Any] = {"do": action, "select": {"ids": [instrument]}}
    if since is not None and action != "delay":
        content["since"] = since
    content |= _figures(action, amount, parameter)
    try:
        return _CHANGE.validate_python(content)
    except ValidationError as error:
        raise ChangeError(first_fault(error)) from None


def _figures(action: Action, amount: float, parameter: str) -> dict[str, Any]:
    """What goes with an action: a number, and for some a parameter."""
    match action:
        case "remove":
            return {}
        case "delay":
            if not amount.is_integer():
                raise ChangeError(f"expected whole months, got {amount:g}")
            return {"months": int(amount)}
        case "tighten" | "loosen":
            return {"by": amount}
        case "set" | "scale":
            if not parameter:
                raise ChangeError("choose the figure that is to change")
            return {"parameter": parameter, "value" if action == "set" else "factor": amount}
