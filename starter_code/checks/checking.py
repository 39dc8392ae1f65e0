"""The plumbing of the visible checks: calls a student's function safely and says in plain words what came back."""

import copy
import textwrap
import traceback
from collections.abc import Sequence
from typing import NoReturn

import numpy as np

from starter_code.checks.examples import FEW, LABEL, WIDTH, Example, array_lines, labelled
from starter_code.gradient_check import relative_error

DIGITS = (6, 9, 12)  # behind the point of what is due and what came: as few as tell the two apart
GRADIENT_TOLERANCE = 1e-6  # right code in float64 with h = 1e-5 stays far below it, a forgotten term far above


class CheckFailed(AssertionError):  # noqa: N818  students read this name: it says what happened
    """A visible check did not pass; the message is a sentence that says what was expected and what came."""

    def _render_traceback_(self) -> list[str]:
        """Notebooks show these lines in place of a traceback, which would only show the inside of the check."""
        lines = str(self).splitlines() or [""]
        first = textwrap.wrap("Not yet: " + lines[0], WIDTH, break_long_words=False, break_on_hyphens=False)
        return [*first, *lines[1:]]


def fail(sentence: str) -> NoReturn:
    """Stop the check with a sentence for the student, without the history of exceptions that led to it."""
    raise CheckFailed(sentence) from None


def off(sentence: str, example: Example, due: str | list[str] = "", came: str | list[str] = "") -> NoReturn:
    """Stop the check with a sentence, all that went in, what should have come of it, and what came."""
    lines = [sentence, *example.lines()]
    if due:
        lines += labelled("should be", [due] if isinstance(due, str) else due)
        lines += labelled("yours is", [came] if isinstance(came, str) else came)
    fail("\n".join(lines))


def ok(sentence: str) -> None:
    """Print the line of a passed check."""
    say(textwrap.fill(sentence, WIDTH, initial_indent="  ok  ", subsequent_indent="      ", break_on_hyphens=False))


def done(name: str, not_looked_at: str) -> None:
    """Print the last line of a check: what it did not look at."""
    say(textwrap.fill(f"{name}: every check here passes. Not looked at: {not_looked_at}", WIDTH))


def say(sentence: str) -> None:
    """Print a line for the student."""
    print(sentence)


def call(name: str, function: object, *args: object) -> object:
    """Call a student's function and return what it returns; every way in which that can go wrong becomes one sentence.

    The function gets the arguments themselves, and the check fails if it changed them.
    """
    if not callable(function):
        fail(f"{name} should be a function and is {describe(function)}: run the cell that defines it again.")
    before = _copy(args)
    try:
        result: object = function(*args)
    except NotImplementedError as error:
        fail(_unfilled(name, error))
    except CheckFailed:
        raise
    except (Exception, SystemExit) as error:  # noqa: BLE001  student code may raise anything
        fail(f"{name} stopped with {type(error).__name__}: {one_line(error)}{_where(error)}")
    if before is not None and not _same(before, args):
        fail(f"{name} changed what it was given. Inputs are never modified: work on a copy.")
    return result


def asked(name: str, function: object, example: Example) -> object:
    """Call a student's function on an example and return what it returns."""
    return call(name, function, *example.arguments())


def expect_tuple(what: str, got: object, names: tuple[str, ...]) -> tuple[object, ...]:
    """Expect a tuple (or list) with one element per name."""
    if not isinstance(got, (tuple, list)) or len(got) != len(names):
        fail(f"{what} should return {len(names)} things, ({', '.join(names)}), and returned {describe(got)}.")
    return tuple(got)


def expect_keys(what: str, got: object, keys: Sequence[str]) -> dict[str, object]:
    """Expect a dict that has at least these keys."""
    if not isinstance(got, dict):
        fail(f"{what} should be a dict and is {describe(got)}.")
    missing = [key for key in keys if key not in got]
    if missing:
        fail(f"{what} lacks {', '.join(map(repr, missing))}; it has {len(got)} other keys.")
    ok(f"{what} has the keys {', '.join(keys)}")
    return got


def expect_array(what: str, got: object, shape: tuple[int, ...], example: Example) -> np.ndarray:
    """Expect finite float64 numbers of the given shape, and say so."""
    array = array_of(what, got, shape, example)
    ok(f"shape of {what} is {shape}, dtype float64")
    return array


def array_of(what: str, got: object, shape: tuple[int, ...], example: Example) -> np.ndarray:
    """Read finite float64 numbers of the given shape, in silence when they are there."""
    array = _numbers(what, got)
    if array.shape != shape:
        off(f"{what} should have the shape {shape} and has {array.shape}.", example)
    if array.dtype != np.float64:
        off(f"{what} should have the dtype float64 and has {array.dtype}.", example)
    if not np.isfinite(array).all():
        off(f"{what} should hold finite numbers and holds nan or infinity.", example, "finite numbers", _inside(array))
    return array


def number_of(what: str, got: object, example: Example) -> float:
    """Read one finite real number of Python's or numpy's, in silence when it is one."""
    if isinstance(got, (bool, np.bool_, list, tuple)) or (isinstance(got, np.ndarray) and got.ndim):
        off(f"{what} should be one number and is {describe(got)}.", example)
    return float(array_of(what, _numbers(what, got).astype(np.float64), (), example))


def expect_close(what: str, got: object, want: object, example: Example, because: str = "") -> None:
    """Expect the numbers of a worked example, which may be shown; `because` says where they come from."""
    wanted = np.asarray(want, dtype=float)
    array = _numbers(what, got)
    if array.shape != wanted.shape:
        off(f"{what} should have the shape {wanted.shape} and has {array.shape}.", example)
    # The examples are written with eight digits or more, hence the 1e-7.
    wrong = ~np.isclose(array, wanted, rtol=1e-7, atol=1e-9)
    if not wrong.any():
        ok(f"{what} is right in the worked example")
        return
    reason = f" ({because})" if because else ""
    off_at(f"{what} is off in the worked example{reason}.", array, wanted, wrong, example)


def expect_int(what: str, got: object, want: int, example: Example, because: str = "") -> None:
    """Expect the whole number of a worked example, which may be shown; `because` says where it comes from."""
    if isinstance(got, bool) or not isinstance(got, (int, np.integer)):
        if isinstance(got, (float, np.floating)) and float(got) == want:
            sentence = f"{what} has the right value, as a float where an int is asked for: divide with //."
            off(sentence, example, f"{want:,}", f"{float(got):,}")
        off(f"{what} should be an int and is {describe(got)}.", example)
    if int(got) == want:
        ok(f"{what} is right in the worked example")
        return
    reason = f" ({because})" if because else ""
    off(f"{what} is off in the worked example{reason}.", example, f"{want:,}", f"{int(got):,}{_times(int(got), want)}")


def expect_gradient(what: str, got: np.ndarray, numeric: np.ndarray, example: Example) -> None:
    """Expect an analytic gradient to agree with central differences to 1e-6."""
    error = relative_error(got, numeric)
    if error <= GRADIENT_TOLERANCE:
        ok(f"{what} agrees with central differences (relative error {error:.0e})")
        return
    difference = np.abs(got - numeric)
    wrong = ~np.isclose(got, numeric, rtol=1e-4, atol=1e-8) | (difference == difference.max())
    off_at(f"{what} disagrees with central differences: relative error {error:.2g}.", got, numeric, wrong, example)


def off_at(sentence: str, got: np.ndarray, want: np.ndarray, wrong: np.ndarray, example: Example) -> NoReturn:
    """Stop the check because numbers differ: both arrays are shown when they are small, else the first such place."""
    sentence += _pattern(got, want)
    if want.size > FEW:
        index = tuple(int(i) for i in np.argwhere(wrong)[0])
        place = f"[{', '.join(map(str, index))}]"
        sentence += f" {int(wrong.sum())} of {want.size} numbers differ, the first at {place}."
        want, got = want[index], got[index]
    digits = next((few for few in DIGITS if _inside(want, few) != _inside(got, few)), DIGITS[-1])
    off(sentence, example, _inside(want, digits), _inside(got, digits))


def describe(value: object) -> str:
    """Name a value in a few plain words, without calling any method of an unknown object."""
    if isinstance(value, np.ndarray):
        words = f"an array of shape {value.shape}, dtype {value.dtype}"
    elif isinstance(value, str):
        words = f"the text {value[:40]!r}"
    elif isinstance(value, (bool, int, float)):
        words = f"the value {value!r}"
    elif isinstance(value, (tuple, list)):
        words = f"a {type(value).__name__} of {len(value)}"
    elif isinstance(value, dict):
        words = f"a dict with {len(value)} key{'s' * (len(value) != 1)}"
    else:
        words = f"an object of type {type(value).__name__}"
    return "None (is a `return` missing?)" if value is None else words


def one_line(error: BaseException) -> str:
    """The message of an exception on one line, shortened."""
    try:
        text = " ".join(str(error).split())
    except Exception:  # noqa: BLE001  an exception of the student's may not even print
        text = ""
    return text[:200] or "no message"


def _numbers(what: str, got: object) -> np.ndarray:
    """Read a value as an array of real numbers, or fail."""
    if got is None or isinstance(got, (str, bytes, dict)) or callable(got):
        fail(f"{what} should be an array and is {describe(got)}.")
    try:
        array = np.asarray(got)
    except Exception:  # noqa: BLE001  ragged lists and odd objects raise all sorts of things
        fail(f"{what} should be an array and is {describe(got)}.")
    if array.dtype.kind not in "fiub":
        fail(f"{what} should be an array of real numbers and is {describe(got)}.")
    return array


def _pattern(got: np.ndarray, want: np.ndarray) -> str:
    """Say so when one array is the other times a number: a wrong sign, or a division too many."""
    scale = float(np.sum(want**2))
    factor = float(np.sum(got * want)) / scale if scale else 0.0
    times = f"{factor:.3g}"
    if times in {"0", "1"} or want.size == 1 or not np.allclose(got, factor * want, rtol=1e-4, atol=1e-8):
        return ""
    return f" Every number is {times} times what it should be."


def _times(got: int, want: int) -> str:
    """Say so when one count is a simple multiple of the other."""
    for count, of, words in ((got, want, "times too much"), (want, got, "times too little")):
        if of > 0 and count % of == 0 and 1 < count // of <= 1000:  # noqa: PLR2004  larger factors tell nobody anything
            return f" ({count // of} {words})"
    return ""


def _inside(array: np.ndarray, digits: int = DIGITS[0]) -> list[str]:
    """The numbers of an array, for a line with a label; of a large one, how many are not finite."""
    if array.size > FEW:
        return [
            f"{np.isnan(array).sum()} times nan and {np.isinf(array).sum()} times infinity among {array.size} numbers"
        ]
    if array.ndim == 0:
        return [f"{float(array):.{digits}g}"]
    return array_lines(array, WIDTH - len(LABEL.format("")), digits)


def _unfilled(name: str, error: BaseException) -> str:
    """Say what is still to be written: a function, or a method of a class. `name` serves where that is not the student's code."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    code = frames[-1].f_code
    whole = name if "-packages" in code.co_filename else code.co_qualname
    owner, _, method = whole.partition(".")
    place = f" in its method {method}" if method and "<" not in method else ""
    return f"{owner} is not written yet: replace the line `raise NotImplementedError(...)`{place} by your answer."


def _where(error: BaseException) -> str:
    """Quote the student's own line that raised: the last one that is not inside an installed package."""
    frames = [f for f in traceback.extract_tb(error.__traceback__)[1:] if "-packages" not in f.filename and f.line]
    return "\n" + f"  in {frames[-1].name}, at: {frames[-1].line}"[:WIDTH] if frames else ""


def _copy(args: tuple[object, ...]) -> tuple[object, ...] | None:
    """Copy arguments, to compare them later; None where something in them (in a student's cache, say) has no copy."""
    try:
        return copy.deepcopy(args)
    except Exception:  # noqa: BLE001  deepcopy raises whatever the object raises
        return None


def _same(before: object, after: object) -> bool:
    """Tell whether arguments are as they were; anything but arrays, dicts and sequences counts as unchanged."""
    if isinstance(before, np.ndarray) and isinstance(after, np.ndarray):
        return before.tobytes() == after.tobytes() and before.shape == after.shape
    if isinstance(before, dict) and isinstance(after, dict):
        return before.keys() == after.keys() and all(_same(before[key], after[key]) for key in before)
    if isinstance(before, (tuple, list)) and isinstance(after, (tuple, list)):
        return len(before) == len(after) and all(map(_same, before, after))
    return type(before) is type(after)
