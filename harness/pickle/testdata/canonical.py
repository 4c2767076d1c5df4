"""Prints what Python itself reads from pickles, one canonical text per file.

canonical.py make FOLDER     writes pickles of many dtypes and protocols there, and their texts
canonical.py read IN OUT ... reads each pickle IN with pickle.load, writes its text to OUT
"""
import pickle, struct, sys
import numpy as np


def text(v, out):
    if v is None:
        out.append("none")
    elif isinstance(v, (bool, np.bool_)):
        out.append("bool %d" % v)
    elif isinstance(v, (int, np.integer)):
        out.append("int %d" % v)
    elif isinstance(v, (float, np.floating)):
        out.append("float nan" if v != v else "float " + struct.pack(">d", float(v)).hex())
    elif isinstance(v, str):
        out.append("str " + str(v).encode("utf-8").hex())
    elif isinstance(v, np.bytes_):
        out.append("str " + bytes(v).hex())
    elif isinstance(v, (bytes, bytearray)):
        out.append("bytes " + bytes(v).hex())
    elif isinstance(v, np.dtype):
        out.append("dtype " + v.str)
    elif isinstance(v, np.ndarray):
        # The byte order is left out: numpy swaps to its own on loading.
        out.append("array %s %s" % (v.dtype.str[1:], list(v.shape)))
        for x in v.flatten(order="C"):
            text(x, out)
    elif isinstance(v, dict):
        out.append("dict %d" % len(v))
        for k, x in v.items():
            text(k, out)
            text(x, out)
    elif isinstance(v, (set, frozenset)):
        out.append("set %d" % len(v))
        parts = []
        for x in v:
            part = []
            text(x, part)
            parts += part
        out.extend(sorted(parts))
    elif isinstance(v, (list, tuple)):
        out.append("%s %d" % (type(v).__name__, len(v)))
        for x in v:
            text(x, out)
    else:
        raise TypeError(type(v))


def values():
    rng = np.random.RandomState(1)
    grid = rng.randint(-100, 100, (2, 3, 4))
    for name in ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "b1", "U5", "S5"]:
        for order in "<>":
            a = np.array(abs(grid) if name[0] == "u" else grid, dtype=order + name) if name[0] in "fiub" else np.array(
                ["", "a", "\u00e9t\u00e9", "\u60c5\u611f", "\U0001f600"] if name == "U5" else [b"", b"a", b"b\0c", b"\xff", b"12345"], dtype=order + name)
            yield order + name, a
            yield order + name + "-f", np.asfortranarray(a)
            yield order + name + "-t", a.T
            yield order + name + "-s", a[:1]
            yield order + name + "-0", a[:0]
            yield order + name + "-item", a.flat[1]
            yield order + name + "-0d", np.array(a.flat[1], dtype=a.dtype)
    odd = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, 6e-8, 65504.0])
    for name in ["f2", "f4", "f8"]:
        yield "odd-" + name, odd.astype(name)
    objects = np.empty((2, 3), dtype=object)
    for i in range(6):
        objects.flat[i] = [i, "x%d" % i, None, {"k": i}][i % 4]
    yield "objects", objects
    yield "objects-f", np.asfortranarray(objects)
    yield "objects-0d", np.array({"a": {"emo": 0, "val": np.float32(0.5)}}, dtype=object)
    yield "plain", [None, True, False, 0, -1, 255, 256, 65536, -2**31, 2**31, 2**63 - 1, -2**63, 1.5, float("inf"),
                    "", "na\u00efve \U0001f600", b"", b"\x00\xff", (), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), [], {}, set(), {"s", "t"}, frozenset({1, 2})]
    shared = ["x"]
    yield "shared", [shared, shared, (shared, shared)]
    yield "long", {"k%d" % i: [float(i), "v" * (i % 300)] for i in range(3000)}
    mmsa = {}
    for split, n in [("train", 4), ("valid", 2), ("test", 3)]:
        mmsa[split] = {
            "raw_text": np.array(["line %d" % i for i in range(n)]), "audio": rng.randn(n, 3, 5), "vision": rng.randn(n, 3, 2).astype("f4"),
            "id": ["v$_$%d" % i for i in range(n)], "text": rng.randn(n, 3, 7).astype("f4"), "audio_lengths": [3] * n,
            "annotations": ["Neutral"] * n, "regression_labels": rng.randn(n).astype("f4")}
    yield "mmsa", mmsa


def make(folder):
    for name, v in values():
        for protocol in (2, 3, 4, 5):
            path = "%s/%s.p%d" % (folder, name.replace("<", "le-").replace(">", "be-"), protocol)
            with open(path, "wb") as f:
                pickle.dump(v, f, protocol)
            read(path, path + ".txt")


class EitherNumpy(pickle.Unpickler):
    """Finds the modules that numpy 2 renamed in numpy 1."""

    def find_class(self, module, name):
        if module.startswith("numpy._core") and not hasattr(np, "_core"):
            module = module.replace("numpy._core", "numpy.core")
        return super().find_class(module, name)


def read(path, to):
    out = []
    with open(path, "rb") as f:
        text(EitherNumpy(f, encoding="latin1").load(), out)
    with open(to, "w") as f:
        f.write("\n".join(out) + "\n")


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(sys.argv[2])
    else:
        for path, to in zip(sys.argv[2::2], sys.argv[3::2]):
            read(path, to)
