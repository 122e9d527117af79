"""Check a survey's questions and answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .errors import RefusedError

_TYPES = ("text", "textarea", "password", "multiplechoice", "multiselect", "integer", "float")
_NUMBERS: dict[str, tuple[type, ...]] = {"integer": (int,), "float": (int, float)}
Question = Mapping[str, Any]


def check(survey: Mapping[str, Any]) -> None:
    """Refuse a survey that the server would refuse."""
    for key, expected in (("name", str), ("description", str), ("spec", list)):
        if not isinstance(survey.get(key), expected):
            raise _refused(f"Expected {expected.__name__} for field '{key}'.")
    if not survey["spec"]:
        raise _refused("'spec' doesn't contain any items.")
    seen: set[str] = set()
    for number, question in enumerate(survey["spec"]):
        _check_question(question, number)
        if question["variable"] in seen:
            raise _refused(f"'variable' '{question['variable']}' duplicated in survey question {number}.")
        seen.add(question["variable"])


def _check_question(question: Question, number: int) -> None:
    for key in ("type", "question_name", "variable", "required"):
        if key not in question:
            raise _refused(f"'{key}' missing from survey question {number}.")
    if question["type"] not in _TYPES:
        raise _refused(f"'{question['type']}' in survey question {number} is not an allowed question type.")
    if not isinstance(question["required"], bool):
        raise _refused(f"'required' in survey question {number} expected to be boolean.")
    for key in ("min", "max"):
        if not isinstance(question.get(key), int | None):
            raise _refused(f"The {key} limit in survey question {number} expected to be integer.")
    if question["type"] in ("multiplechoice", "multiselect") and not question.get("choices"):
        raise _refused(f"Survey question {number} of type {question['type']} must specify choices.")
    if "default" in question:
        _check_default(question, number)


def _check_default(question: Question, number: int) -> None:
    default: Any = question["default"]
    kind = question["type"]
    if default == "":
        return
    if not _fits(default, kind):
        raise _refused(f"Default value {default} in survey question {number} is of the wrong type for {kind}.")
    if default == "$encrypted$" and kind != "password":
        raise _refused(f"$encrypted$ is a reserved keyword, survey question {number} is type {kind}.")
    if question.get("choices"):
        chosen = default.splitlines()
        if kind == "multiplechoice" and len(chosen) > 1:
            raise _refused("Multiple Choice (Single Select) can only have one default value.")
        if not set(chosen) <= set(choices(question)):
            raise _refused("Default choice must be answered from the choices listed.")


def _fits(value: Any, kind: str) -> bool:
    return isinstance(value, _NUMBERS.get(kind, (str,))) and not isinstance(value, bool)


def choices(question: Question) -> list[str]:
    found: Any = question["choices"]
    return found.splitlines() if isinstance(found, str) else found


def _refused(message: str) -> RefusedError:
    return RefusedError(400, {"error": message})


def complaints(survey: Mapping[str, Any], answers: Mapping[str, Any], *, missing: bool = True) -> list[str]:
    """Return what is wrong with answers.

    With `missing`, also which required ones are not there.
    """
    found = []
    for question in survey.get("spec", []):
        variable = question["variable"]
        if variable in answers:
            complaint = _complaint(question, answers[variable])
            found += [complaint] if complaint else []
        elif missing and question["required"]:
            found.append(f"'{variable}' value missing")
    return found


def _complaint(question: Question, answer: Any) -> str | None:
    variable, kind = question["variable"], question["type"]
    if kind == "multiselect":
        if not isinstance(answer, list):
            return f"'{variable}' value is expected to be a list."
        wrong = [value for value in answer if value not in choices(question)]
        return f"Value {wrong[0]} for '{variable}' expected to be one of {choices(question)}." if wrong else None
    if not _fits(answer, kind):
        return f"Value {answer} for '{variable}' is of the wrong type for {kind}."
    if kind == "multiplechoice":
        return None if answer in choices(question) else f"Value {answer} for '{variable}' is not one of its choices."
    size: float = answer if kind in _NUMBERS else len(answer)
    if question.get("max") not in (None, "") and size > question["max"]:
        return f"'{variable}' value {answer} is too large (must be no more than {question['max']})."
    if question.get("min") not in (None, "") and size < question["min"]:
        return f"'{variable}' value {answer} is too small (must be at least {question['min']})."
    return None


def filled(survey: Mapping[str, Any], answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers with defaults.

    Empty defaults are left out.
    """
    defaults = {}
    for question in survey.get("spec", []):
        default = question.get("default", "")
        if not question["required"] and default != "":
            many = question["type"] == "multiselect"
            defaults[question["variable"]] = default.splitlines() if many else default
    return {**defaults, **answers}
