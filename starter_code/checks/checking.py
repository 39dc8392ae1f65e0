"""The plumbing of the visible checks: calls a student's function safely and says in plain words what came back."""

import copy
import textwrap
import traceback
from collections.abc import Sequence
from typing import NoReturn

import numpy as np

from starter_code.gradient_check import relative_error

WIDTH = 96  # characters in a line, so that no notebook breaks it in the middle of a word
FEW = 12  # arrays of up to this many numbers are printed whole in a message
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


def ok(sentence: str) -> None:
    """Print the line of a passed check."""
    say(f"  ok  {sentence}")


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
        fail(f"{name} changed the arrays it was given. Inputs are never modified: work on new arrays.")
    return result


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


def expect_array(what: str, got: object, shape: tuple[int, ...]) -> np.ndarray:
    """Expect finite float64 numbers of the given shape, and say so."""
    array = array_of(what, got, shape)
    ok(f"shape of {what} is {shape}, dtype float64")
    return array


def array_of(what: str, got: object, shape: tuple[int, ...]) -> np.ndarray:
    """Read finite float64 numbers of the given shape, in silence when they are there."""
    array = _numbers(what, got)
    if array.shape != shape:
        fail(f"{what} should have the shape {shape} and has {array.shape}.")
    if array.dtype != np.float64:
        fail(f"{what} should have the dtype float64 and has {array.dtype}.")
    if not np.isfinite(array).all():
        fail(f"{what} should hold finite numbers and holds nan or infinity.")
    return array


def expect_close(what: str, got: object, want: object, because: str = "") -> None:
    """Expect the numbers of a worked example, which may be shown; `because` says where they come from."""
    wanted = np.asarray(want, dtype=float)
    array = _numbers(what, got)
    if array.shape != wanted.shape:
        fail(f"{what} should have the shape {wanted.shape} and has {array.shape}.")
    # The examples are written with eight digits or more, hence the 1e-7.
    wrong = ~np.isclose(array, wanted, rtol=1e-7, atol=1e-9)
    if not wrong.any():
        ok(f"{what} is right in the worked example")
        return
    reason = f" ({because})" if because else ""
    fail(f"{what} is off in the worked example{reason}.{_difference(array, wanted, wrong)}")


def expect_int(what: str, got: object, want: int, because: str = "") -> None:
    """Expect the whole number of a worked example, which may be shown; `because` says where it comes from."""
    if isinstance(got, bool) or not isinstance(got, (int, np.integer)):
        if isinstance(got, (float, np.floating)) and float(got) == want:
            fail(f"{what} has the right value as the float {float(got)}, where an int is asked for: divide with //.")
        fail(f"{what} should be an int and is {describe(got)}.")
    if int(got) == want:
        ok(f"{what} is right in the worked example")
        return
    reason = f" ({because})" if because else ""
    fail(
        f"{what} is off in the worked example{reason}: it should be {want:,} and is {int(got):,}{_times(int(got), want)}."
    )


def expect_gradient(what: str, got: np.ndarray, numeric: np.ndarray) -> None:
    """Expect an analytic gradient to agree with central differences to 1e-6."""
    error = relative_error(got, numeric)
    if error <= GRADIENT_TOLERANCE:
        ok(f"{what} agrees with central differences (relative error {error:.0e})")
        return
    wrong = ~np.isclose(got, numeric, rtol=1e-4, atol=1e-8)
    shown = _difference(got, numeric, wrong) if wrong.any() else ""
    fail(f"{what} disagrees with central differences: relative error {error:.2g}.{shown}")


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
        words = f"a dict with {len(value)} keys"
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


def _difference(got: np.ndarray, want: np.ndarray, wrong: np.ndarray) -> str:
    """Show where two arrays differ: both of them when they are small, else the first place."""
    pattern = _pattern(got, want)
    if want.size <= FEW:
        return f"{pattern}\n  should be {_indented(want)}\n  yours is  {_indented(got)}"
    index = tuple(int(i) for i in np.argwhere(wrong)[0])
    place = f"[{', '.join(map(str, index))}]"
    return (
        f"{pattern} {int(wrong.sum())} of {want.size} numbers differ, the first at {place}: "
        f"it should be {want[index]:.6g} and is {got[index]:.6g}."
    )


def _pattern(got: np.ndarray, want: np.ndarray) -> str:
    """Say so when one array is the other times a number: a wrong sign, or a division too many."""
    scale = float(np.sum(want**2))
    factor = float(np.sum(got * want)) / scale if scale else 0.0
    if factor == 0 or want.size == 1 or not np.allclose(got, factor * want, rtol=1e-4, atol=1e-8):
        return ""
    return f" Every number is {factor:.3g} times what it should be."


def _times(got: int, want: int) -> str:
    """Say so when one count is a simple multiple of the other."""
    for count, of, words in ((got, want, "times too much"), (want, got, "times too little")):
        if of > 0 and count % of == 0 and 1 < count // of <= 1000:  # noqa: PLR2004  larger factors tell nobody anything
            return f", {count // of} {words}"
    return ""


def _indented(array: np.ndarray) -> str:
    return np.array2string(array, precision=6, suppress_small=True, prefix=" " * 12)


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
    return f"\n  in {frames[-1].name}, at: {frames[-1].line}" if frames else ""


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
