"""The wire carries plain data unchanged, and whatever else arrives is the sender's fault: WireError, Closed or Late, nothing else."""

from __future__ import annotations

import contextlib
import json
import math
import socket
import threading
import time
import tracemalloc
from collections import OrderedDict, defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple, NoReturn

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from autograder.sandbox import wire

LIMIT = 1 << 20
PATIENT = 60.0


def refuse(value: Any) -> NoReturn:
    raise wire.Unencodable(f"a {type(value).__name__}")


def unknown(tag: str, _: Any) -> NoReturn:
    raise wire.WireError(tag)


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, wire.Channel]]:
    """A sender's socket, and the channel of a receiver."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, wire.Channel(theirs)


def sent(value: Any) -> Any:
    """`value` after a journey over a socket, sent by another thread: a message may be larger than what a socket holds."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        sender = threading.Thread(target=wire.Channel(ours).send, args=(value, refuse), daemon=True)
        sender.start()
        got = wire.Channel(theirs).receive(unknown, 1 << 30, time.monotonic() + PATIENT)
        sender.join()
        return got


def received(header: bytes | dict[str, Any], body: bytes = b"", limit: int = LIMIT) -> Any:
    """What a receiver makes of a message with this header and body."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    ours, theirs = socket.socketpair()
    with ours, theirs:
        writer = threading.Thread(
            target=_write, args=(ours, wire.PREFIX.pack(len(text), len(body), 0) + text + body), daemon=True
        )
        writer.start()
        try:
            return wire.Channel(theirs).receive(unknown, limit, time.monotonic() + PATIENT)
        finally:
            theirs.close()
            writer.join()


def _write(sock: socket.socket, content: bytes) -> None:
    with contextlib.suppress(OSError):  # the receiver had enough
        sock.sendall(content)
        sock.shutdown(socket.SHUT_WR)


def equal(one: Any, other: Any) -> bool:
    """Same types, same values, NaN equal to itself, and the same dtype, shape and bits of arrays."""
    if isinstance(one, np.ndarray | np.generic):
        return (
            type(one) is type(other)
            and one.dtype == other.dtype
            and one.shape == other.shape
            and one.tobytes() == other.tobytes()
        )
    if type(one) is not type(other):
        return False
    if isinstance(one, float):
        return one == other or (math.isnan(one) and math.isnan(other))
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(equal, one, other))
    if isinstance(one, dict):
        return list(one) == list(other) and all(equal(one[key], other[key]) for key in one)
    return bool(one == other)


# --- round trips ---------------------------------------------------------------------------------------------------------

DTYPES = st.sampled_from(sorted(wire.DTYPES))
ARRAYS = DTYPES.flatmap(
    lambda name: npst.arrays(name, npst.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
)
TEXT = st.text(st.characters(exclude_categories=()))  # halves of surrogate pairs too: a student's text may hold them
PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(min_value=-(1 << 4095), max_value=1 << 4095)
    | st.floats()
    | TEXT
    | st.binary()
    | ARRAYS
    | ARRAYS.filter(lambda array: array.shape == ()).map(lambda array: array[()]),
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(TEXT, inner),
    max_leaves=12,
)


@given(PLAIN)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_plain_data_arrives_as_it_was_sent(value: Any) -> None:
    assert equal(sent(value), value)


@given(ARRAYS, st.sampled_from(["C", "F"]), st.booleans())
@settings(max_examples=60, deadline=None)
def test_arrays_of_any_layout_and_byte_order_keep_their_numbers(array: np.ndarray, order: Any, swapped: bool) -> None:
    other = np.asarray(array, order=order)[..., ::-1] if array.ndim else array
    other = other.astype(other.dtype.newbyteorder("S")) if swapped else other
    got = sent(other)
    assert got.dtype == array.dtype.newbyteorder("=")
    np.testing.assert_array_equal(got, other)


@pytest.mark.parametrize("shape", [(0,), (3, 0), (1,) * 32, (1 << 20,), ()])
def test_arrays_of_odd_shapes_keep_their_shape(shape: tuple[int, ...]) -> None:
    assert sent(np.ones(shape)).shape == shape


def test_an_array_that_arrived_belongs_to_the_receiver_and_can_be_changed() -> None:
    array = np.zeros(3)
    got = sent(array)
    got += 1
    assert array.sum() == 0


def test_one_array_sent_twice_arrives_as_two() -> None:
    array = np.zeros(3)
    one, other = sent([array, array])
    one += 1
    assert other.sum() == 0


def test_a_generator_goes_on_where_it_was() -> None:
    rng = np.random.default_rng(5)
    rng.integers(10, dtype=np.uint32)  # leaves half of a 64-bit draw behind
    copy = sent(rng)
    assert copy.bit_generator.state == rng.bit_generator.state
    assert equal(copy.normal(size=5), rng.normal(size=5))


def test_numbers_that_are_longer_than_double_arrive_as_double() -> None:
    third = np.longdouble(1) / 3
    assert (type(sent(third)), sent(third)) == (float, float(third))
    array = np.array([[third, -third, 2]])
    for each in (array, array[:, ::-1], array.T, np.array(third)):
        arrived = sent(each)
        assert arrived.dtype == np.float64
        np.testing.assert_array_equal(arrived, each.astype(np.float64))


def test_of_a_tensor_its_numbers_arrive() -> None:
    torch = pytest.importorskip("torch")
    tensor = torch.arange(6.0).reshape(2, 3).requires_grad_()
    assert equal(sent({"x": tensor})["x"], np.arange(6, dtype=np.float32).reshape(2, 3))


@pytest.mark.parametrize("order", ["C", "F"])
def test_an_array_arrives_in_the_order_in_which_it_was_in_memory(order: Any) -> None:
    value = np.arange(24.0).reshape((2, 3, 4), order=order)
    got = sent(value)
    assert equal(got, value)
    assert (got.flags.c_contiguous, got.flags.f_contiguous) == (order == "C", order == "F")
    assert numbered(value)[1] == []


def test_subclasses_of_plain_types_arrive_as_the_plain_type() -> None:
    class Text(str):
        __slots__ = ()

    class Whole(int):
        pass

    assert equal(sent([Text("a"), Whole(3), np.str_("b"), bytearray(b"c")]), ["a", 3, "b", b"c"])


@pytest.mark.parametrize(
    "value", [{1: 2}, {"a": {(): 1}}, object(), 1j, np.array([1j]), np.array([None]), np.float16(1), {1, 2}, len]
)
def test_what_is_no_plain_data_is_left_to_the_caller(value: Any) -> None:
    with pytest.raises(wire.Unencodable):
        wire.encode(value, refuse)
    assert wire.encode(value, lambda _: {"h": 7})[0]


class Pair(NamedTuple):
    left: Any
    right: Any


class Text(str):
    __slots__ = ()


def numbered(value: Any) -> tuple[Any, list[Any]]:
    """What stands for `value` on the other side, and what in it had a number, in the order of the numbers."""
    kept: list[Any] = []
    known: dict[int, Any] = {}

    def number(value: Any) -> int:
        kept.append(value)
        return len(kept) - 1

    header, arrays = wire.encode(value, refuse, number)
    got = wire.Decoder(arrays, unknown, known.setdefault).value(json.loads(header)["value"])
    assert sorted(known) == list(range(len(kept)))
    return got, kept


BUFFER = np.zeros((2, 3))
SHARED: dict[str, list[float]] = {"x": [1.0]}
INEXACT: dict[str, tuple[Any, Any]] = {  # and the contents that arrive
    "a named tuple": (Pair(1, 2.0), (1, 2.0)),
    "an ordered dict": (OrderedDict(a=1), {"a": 1}),
    "a dict with other keys too": ({"a": 1, 0: 2, (0, 1): [3]}, {"a": 1}),
    "a dict with a default": (defaultdict(list, a=[1]), {"a": [1]}),
    "a subclass of list": (type("L", (list,), {})([1]), [1]),
    "a masked array": (np.ma.masked_array([1.0, 2.0], [True, False]), np.array([1.0, 2.0])),
    "a matrix": (np.asmatrix([[1.0]]), np.array([[1.0]])),
    "a part of an array": (BUFFER[:, 1], np.zeros(2)),
    "another order of bytes": (np.ones(2, ">f8"), np.ones(2)),
    "a read-only array": (np.broadcast_to(1.0, (2,)), np.ones(2)),
    "a flag": (type("Whole", (int,), {})(3), 3),
    "text of its own": (Text("a"), "a"),
    "numpy's text": (np.str_("b"), "b"),
    "a bytearray": (bytearray(b"c"), b"c"),
    "one list twice": ({"a": SHARED["x"], "b": {"c": SHARED["x"]}}, {"a": [1.0], "b": {"c": [1.0]}}),
    "one array twice": ([BUFFER, (BUFFER,)], [np.zeros((2, 3)), (np.zeros((2, 3)),)]),
    "two views of one array": ([BUFFER[0], BUFFER[1]], [np.zeros(3), np.zeros(3)]),
}


@pytest.mark.parametrize("what", INEXACT)
def test_what_its_contents_alone_would_not_bring_back_arrives_with_a_number(what: str) -> None:
    value, contents = INEXACT[what]
    got, kept = numbered({"state": value})
    assert equal(got, {"state": contents})
    assert any(each is value for each in kept)
    assert not any(type(each) is dict and "state" in each for each in kept)  # and nothing else around it


@given(PLAIN)
@settings(max_examples=60, deadline=None)
def test_plain_data_has_no_number(value: Any) -> None:
    got, kept = numbered(value)
    assert equal(got, value)
    assert kept == []


def test_parts_that_nobody_can_change_may_be_there_twice() -> None:
    pair, number = (1.0, "a"), np.float32(3)
    assert numbered([pair, pair, number, number, b"x", b"x"])[1] == []


@pytest.mark.parametrize("content", [7, [1], [1, 2, 3], ["1", 2], [True, 2], [1.0, 2], [1, {"k": [1, 2]}]])
def test_a_malformed_number_is_a_wire_error(content: Any) -> None:
    with pytest.raises(wire.WireError):
        wire.Decoder([], unknown, lambda _, value: value).value({"k": content})
    with pytest.raises(wire.WireError):
        wire.Decoder([], unknown).value({"k": [1, 2]})  # where nobody keeps anything


def _nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value",
    [_nested(wire.MAX_DEPTH + 1), [0] * wire.MAX_NODES, 1 << 4097, ["x" * wire.MAX_HEADER]],
    ids=["deep", "many", "big", "long"],
)
def test_what_cannot_travel_is_refused_before_a_byte_is_sent(
    ends: tuple[socket.socket, wire.Channel], value: Any
) -> None:
    sock, channel = ends
    with pytest.raises(wire.Unencodable):
        wire.Channel(sock).send(value, refuse)
    sock.close()
    with pytest.raises(wire.Closed):
        channel.receive(unknown, LIMIT, time.monotonic() + PATIENT)


def test_what_is_just_within_the_limits_travels() -> None:
    for value in (_nested(wire.MAX_DEPTH), [0] * (wire.MAX_NODES - 1), 1 << 4095):
        assert sent(value) == value


# --- messages that lie ---------------------------------------------------------------------------------------------------

A = {"a": 0}
LIES: dict[str, tuple[Any, bytes]] = {
    "no JSON": (b"{", b""),
    "empty header": (b"", b""),
    "not UTF-8": (b'{"value": "\xff", "arrays": []}', b""),
    "nested brackets": (b"[" * 100_000, b""),
    "an integer of many digits": (b'{"value": ' + b"9" * 5000 + b', "arrays": []}', b""),
    "a list": (b"[]", b""),
    "a number": (b"7", b""),
    "no value": ({"arrays": []}, b""),
    "no arrays": ({"value": None}, b""),
    "arrays that are a number": ({"value": None, "arrays": 3}, b""),
    "arrays that are a dict": ({"value": None, "arrays": {"ab": 1}}, b""),
    "an array that is text": ({"value": None, "arrays": ["ab"]}, b""),
    "an array of three parts": ({"value": A, "arrays": [["bool", [1], 0]]}, b"0"),
    "too few bytes": ({"value": A, "arrays": [["float64", [2]]]}, b"0" * 15),
    "too many bytes": ({"value": A, "arrays": [["float64", [2]]]}, b"0" * 17),
    "bytes without an array": ({"value": None, "arrays": []}, b"0"),
    "an unknown dtype": ({"value": A, "arrays": [["object", [1]]]}, b"0" * 8),
    "a structured dtype": ({"value": A, "arrays": [["f8,f8", [1]]]}, b"0" * 16),
    "a dtype that is a list": ({"value": A, "arrays": [[["f8"], [1]]]}, b"0" * 8),
    "a shape that is a number": ({"value": A, "arrays": [["bool", 1]]}, b"0"),
    "a shape of text": ({"value": A, "arrays": [["bool", ["1"]]]}, b"0"),
    "a shape of truths": ({"value": A, "arrays": [["bool", [True]]]}, b"0"),
    "a shape of floats": ({"value": A, "arrays": [["bool", [1.0]]]}, b"0"),
    "a negative shape": ({"value": A, "arrays": [["bool", [-1]]]}, b""),
    "two negative sides": ({"value": A, "arrays": [["bool", [-1, -1]]]}, b"0"),
    "a huge shape": ({"value": A, "arrays": [["float64", [1 << 60]]]}, b""),
    "a shape beyond 64 bits": ({"value": A, "arrays": [["float64", [1 << 64]]]}, b""),
    "a size that wraps around": ({"value": A, "arrays": [["float64", [1 << 32, 1 << 32]]]}, b""),
    "an empty array of huge sides": ({"value": A, "arrays": [["bool", [0, 1 << 62]]]}, b""),
    "an empty array of sides without end": ({"value": A, "arrays": [["bool", [0, 10**30]]]}, b""),
    "many dimensions": ({"value": A, "arrays": [["bool", [1] * 33]]}, b"0"),
    "bytes of two dimensions": ({"value": {"b": 0}, "arrays": [["bytes", [1, 1]]]}, b"0"),
    "an index out of range": ({"value": {"a": 1}, "arrays": [["bool", [1]]]}, b"0"),
    "a negative index": ({"value": {"a": -1}, "arrays": [["bool", [1]]]}, b"0"),
    "an index that is a truth": ({"value": {"a": False}, "arrays": [["bool", [1]]]}, b"0"),
    "an index that is text": ({"value": {"a": "0"}, "arrays": [["bool", [1]]]}, b"0"),
    "one array under two names": ({"value": [A, A], "arrays": [["bool", [1]]]}, b"0"),
    "bytes for an array": ({"value": A, "arrays": [["bytes", [1]]]}, b"0"),
    "an array for bytes": ({"value": {"b": 0}, "arrays": [["bool", [1]]]}, b"0"),
    "an array for a number": ({"value": {"s": 0}, "arrays": [["bool", [1]]]}, b"0"),
    "two tags": ({"value": {"t": [], "d": {}}, "arrays": []}, b""),
    "no tag": ({"value": {}, "arrays": []}, b""),
    "an unknown tag": ({"value": {"zzz": 1}, "arrays": []}, b""),
    "a tuple that is none": ({"value": {"t": 3}, "arrays": []}, b""),
    "a dict that is none": ({"value": {"d": []}, "arrays": []}, b""),
    "a generator that is none": ({"value": {"g": None}, "arrays": []}, b""),
    "a short generator": ({"value": {"g": [1, 2, 0]}, "arrays": []}, b""),
    "a negative generator": ({"value": {"g": [-1, 1, 0, 0]}, "arrays": []}, b""),
    "a generator beyond 128 bits": ({"value": {"g": [1 << 128, 1, 0, 0]}, "arrays": []}, b""),
    "a generator of floats": ({"value": {"g": [1.0, 1, 0, 0]}, "arrays": []}, b""),
    "a generator with another flag": ({"value": {"g": [1, 1, 2, 0]}, "arrays": []}, b""),
    "too deep": ({"value": _nested(wire.MAX_DEPTH + 1), "arrays": []}, b""),
    "too many parts": ({"value": [0] * wire.MAX_NODES, "arrays": []}, b""),
    "too many arrays": ({"value": 0, "arrays": [["bool", [0]]] * (wire.MAX_NODES + 1)}, b""),
    "a body beyond the limit": ({"value": A, "arrays": [["bool", [LIMIT + 1]]]}, b"0" * (LIMIT + 1)),
    "a header beyond the limit": (b" " * (wire.MAX_HEADER + 1), b""),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_message_that_lies_is_a_wire_error(lie: str) -> None:
    header, body = LIES[lie]
    with pytest.raises(wire.WireError):
        received(header, body)


def test_an_integer_that_could_not_be_sent_back_is_a_wire_error() -> None:
    message = '{"value": %s, "arrays": []}'
    assert received((message % ("9" * 1000)).encode()) == int("9" * 1000)
    with pytest.raises(wire.WireError):
        received((message % ("9" * 4200)).encode())


@pytest.mark.parametrize(
    "text",
    [
        *("NaN", "Infinity", "-Infinity", "1e400", "-1e400", "5e-324", "-0", "-0.0", "1E2", "1e16", "0.1"),
        *("18446744073709551615", "18446744073709551616", "-9223372036854775809", "123456789012345678901234567890.5"),
        *(
            '"\\ud800"',
            '"\\ud83d\\ude00"',
            '"\u00e9\u20ac"',
            '"\\u0000\\u001f"',
            '{"d":{"a":1,"a":2}}',
            '{"d":{"\\udfff":NaN}}',
        ),
    ],
)
def test_a_header_means_what_pythons_own_decoder_makes_of_it(text: str) -> None:
    meant = wire.Decoder([], unknown).value(json.loads(text))
    assert equal(received(f'{{"value": {text}, "arrays": []}}'.encode()), meant)


@pytest.mark.parametrize("value", [math.nan, math.inf, "\ud800", 1 << 64, -(1 << 200)])
def test_what_json_has_no_word_for_arrives_beside_what_it_has(value: Any) -> None:
    for around in ([1.5, value], {"a": value, "b": "\u00e9"}, (value, np.arange(3.0), True)):
        assert equal(sent(around), around)


def test_an_honest_message_of_the_same_form_is_read() -> None:
    got = received(
        {"value": {"t": [{"a": 0}, {"b": 1}, {"s": 2}]}, "arrays": [["bool", [1]], ["bytes", [2]], ["int8", []]]},
        b"\1ab\3",
    )
    assert equal(got, (np.array([True]), b"ab", np.int8(3)))


@pytest.mark.parametrize(
    "handle", [7, [1], [1, 2, 3], ["1", "object"], [True, "object"], [1, "a text of the student's"], [1, ["object"]]]
)
def test_a_malformed_handle_is_a_wire_error(handle: Any) -> None:
    from autograder.sandbox.worker_process import decode_other  # noqa: PLC0415  (Linux only)

    with pytest.raises(wire.WireError):
        wire.Decoder([], decode_other).value({"h": handle})


TREES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats() | st.sampled_from(["bool", "bytes", "float64", "x"]),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.sampled_from(["a", "s", "b", "t", "d", "g", "k", "h", "c"]), inner)
    ),
    max_leaves=15,
)
SPECS = st.lists(
    st.tuples(st.sampled_from(["bool", "bytes", "float64", "x"]), st.lists(st.integers(-1, 3), max_size=3)), max_size=3
)


@given(TREES, SPECS | TREES, st.binary(max_size=24))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_message_is_a_value_or_a_wire_error(tree: Any, arrays: Any, body: bytes) -> None:
    with contextlib.suppress(wire.WireError):
        received({"value": tree, "arrays": arrays}, body)


@given(st.binary(max_size=64))
@settings(max_examples=100, deadline=None)
def test_any_bytes_at_all_are_a_wire_error_or_an_end(noise: bytes) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        _write(ours, noise)
        with pytest.raises((wire.WireError, wire.Closed)):
            wire.Channel(theirs).receive(unknown, LIMIT, time.monotonic() + PATIENT)


# --- ends and deadlines --------------------------------------------------------------------------------------------------


def _message(value: Any) -> bytes:
    header, arrays = wire.encode(value, refuse)
    body = b"".join(array.tobytes() for array in arrays)
    return wire.PREFIX.pack(len(header), len(body), 0) + header + body


WHOLE = _message({"x": np.arange(3.0)})


@pytest.mark.parametrize("length", range(len(WHOLE)))
def test_a_message_cut_off_anywhere_is_an_end(ends: tuple[socket.socket, wire.Channel], length: int) -> None:
    sock, channel = ends
    sock.sendall(WHOLE[:length])
    sock.close()
    with pytest.raises(wire.Closed):
        channel.receive(unknown, LIMIT, time.monotonic() + PATIENT)


def test_the_next_message_is_read_after_the_one_before(ends: tuple[socket.socket, wire.Channel]) -> None:
    sock, channel = ends
    sock.sendall(WHOLE + WHOLE)
    for _ in range(2):
        assert equal(channel.receive(unknown, LIMIT, time.monotonic() + PATIENT), {"x": np.arange(3.0)})


def test_a_sender_that_drips_bytes_is_late_although_it_never_pauses(ends: tuple[socket.socket, wire.Channel]) -> None:
    """Each byte comes well within the deadline; the whole message would take hundreds of times as long."""
    sock, channel = ends
    enough = threading.Event()

    def drip() -> None:
        message = _message(np.zeros(400))
        for place in range(len(message)):
            if enough.wait(0.01):
                return
            sock.sendall(message[place : place + 1])

    sender = threading.Thread(target=drip, daemon=True)
    sender.start()
    try:
        with pytest.raises(wire.Late):
            channel.receive(unknown, LIMIT, time.monotonic() + 0.15)
    finally:
        enough.set()
        sender.join()


def test_a_receiver_that_never_reads_makes_the_sender_late(ends: tuple[socket.socket, wire.Channel]) -> None:
    _, channel = ends
    with pytest.raises(wire.Late):
        channel.send(np.zeros(1 << 22), refuse, time.monotonic() + 0.1)


def test_a_deadline_in_the_past_is_late_at_once(ends: tuple[socket.socket, wire.Channel]) -> None:
    sock, channel = ends
    sock.sendall(WHOLE)
    for action in (
        lambda: channel.receive(unknown, LIMIT, time.monotonic() - 1),
        lambda: channel.send(1, refuse, time.monotonic() - 1),
    ):
        with pytest.raises(wire.Late):
            action()


def test_sending_to_one_who_is_gone_is_an_end(ends: tuple[socket.socket, wire.Channel]) -> None:
    sock, channel = ends
    sock.close()
    with pytest.raises(wire.Closed):
        channel.send(np.zeros(1 << 20), refuse, time.monotonic() + PATIENT)


def test_a_closed_channel_is_an_end(ends: tuple[socket.socket, wire.Channel]) -> None:
    _, channel = ends
    channel.close()
    with pytest.raises(wire.Closed):
        channel.receive(unknown, LIMIT, time.monotonic() + PATIENT)
    with pytest.raises(wire.Closed):
        channel.send(1, refuse)


@pytest.mark.parametrize(
    ("header", "body"),
    [(1 << 31, 0), (0, 1 << 62), (wire.MAX_HEADER + 1, 0), (2, LIMIT + 1)],
    ids=["header", "body", "edge", "limit"],
)
def test_no_memory_is_taken_for_a_message_beyond_the_cap(
    ends: tuple[socket.socket, wire.Channel], header: int, body: int
) -> None:
    sock, channel = ends
    sock.sendall(wire.PREFIX.pack(header, body, 0))
    tracemalloc.start()
    try:
        with pytest.raises(wire.WireError):
            channel.receive(unknown, LIMIT, time.monotonic() + PATIENT)
        assert tracemalloc.get_traced_memory()[1] < 2 * wire.SMALL
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("part", ["[],", "{},", "[[[]]],", '"ab",', "1.5,", "12345,", '{"t":[]},', '{"a":0},', "null,"])
def test_no_header_takes_more_than_100_mb_of_memory(part: str) -> None:
    header = f'{{"arrays":[],"value":[{part * (wire.MAX_HEADER // len(part) - 20)}0]}}'.encode()
    assert len(header) <= wire.MAX_HEADER
    tracemalloc.start()
    try:
        with pytest.raises(wire.WireError):
            received(header, b"")
        assert tracemalloc.get_traced_memory()[1] < 100 << 20
    finally:
        tracemalloc.stop()


def test_no_memory_is_taken_for_arrays_that_the_body_does_not_hold() -> None:
    tracemalloc.start()
    try:
        with pytest.raises(wire.WireError):
            received({"value": [{"a": n} for n in range(9)], "arrays": [["float64", [1 << 40]]] * 9}, b"0" * 72)
        assert tracemalloc.get_traced_memory()[1] < 1 << 18
    finally:
        tracemalloc.stop()


# --- memory that both ends share -----------------------------------------------------------------------------------------

LARGE = np.arange(20_000, dtype=np.float32)  # 80,000 bytes


def shared_ends(size: int) -> tuple[wire.Channel, wire.Channel, memoryview]:
    memory = memoryview(bytearray(size))
    ours, theirs = socket.socketpair()
    return wire.Channel(ours, memory), wire.Channel(theirs, memory), memory


def test_a_large_body_goes_through_shared_memory_and_is_a_copy_when_it_has_arrived() -> None:
    ours, theirs, memory = shared_ends(1 << 20)
    value = {"a": LARGE, "b": b"x" * 70_000, "c": LARGE[::2], "d": np.zeros(0), "e": [1.5, "text"]}
    ours.send(value, refuse)
    assert len(theirs.sock.recv(1 << 20, socket.MSG_PEEK)) < 1000
    got = theirs.receive(unknown, 1 << 20, time.monotonic() + PATIENT)
    memory[:] = bytes(len(memory))
    assert equal(got, value)


@pytest.mark.parametrize("value", [np.arange(10.0), np.zeros(1 << 18)], ids=["small", "larger than the memory"])
def test_other_bodies_go_through_the_socket(value: np.ndarray) -> None:
    ours, theirs, memory = shared_ends(1 << 20)
    memory[:] = b"\1" * len(memory)
    sender = threading.Thread(target=ours.send, args=(value, refuse), daemon=True)
    sender.start()
    assert equal(theirs.receive(unknown, 1 << 30, time.monotonic() + PATIENT), value)
    sender.join()
    assert memory == b"\1" * len(memory)


@pytest.mark.parametrize(("size", "body"), [(None, 100_000), (1 << 16, 100_000)], ids=["no memory", "beyond its end"])
def test_a_body_where_there_is_no_memory_is_refused(size: int | None, body: int) -> None:
    ours, theirs = socket.socketpair()
    header = json.dumps({"value": {"b": 0}, "arrays": [["bytes", [body]]]}).encode()
    ours.sendall(wire.PREFIX.pack(len(header), body, 1) + header)
    channel = wire.Channel(theirs, None if size is None else memoryview(bytearray(size)))
    with pytest.raises(wire.WireError, match="no memory"):
        channel.receive(unknown, 1 << 30, time.monotonic() + PATIENT)


def test_a_large_body_in_shared_memory_has_the_same_limit() -> None:
    ours, theirs, _ = shared_ends(1 << 20)
    ours.send(LARGE, refuse)
    with pytest.raises(wire.TooLarge):
        theirs.receive(unknown, 79_999, time.monotonic() + PATIENT)
