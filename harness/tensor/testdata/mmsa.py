"""Writes and times pickles in the layout of MMSA's feature files.

mmsa.py make PATH PROTOCOL CLIPS LENGTH   writes one: random text (CLIPS x LENGTH x 768), audio and vision
mmsa.py load PATH                         prints the seconds of pickle.load, the peak resident kB, and sums
"""
import pickle, resource, sys, time
import numpy as np


def make(path, protocol, clips, length):
    rng = np.random.default_rng(1)
    out, first = {}, 0
    for split, n in [("train", clips * 1284 // 2199), ("valid", clips * 229 // 2199), ("test", clips * 686 // 2199)]:
        draw = lambda *shape: rng.standard_normal(shape, dtype="f4")
        out[split] = {
            "raw_text": np.array(["clip number %d says this" % i for i in range(first, first + n)]),
            "audio": draw(n, length, 5), "vision": draw(n, length, 20),
            "id": ["v%d$_$%d" % (i // 20, i % 20) for i in range(first, first + n)],
            "text": draw(n, length, 768), "text_bert": rng.integers(0, 30000, (n, 3, length)),
            "annotations": ["Neutral"] * n, "classification_labels": np.ones(n), "regression_labels": draw(n),
        }
        first += n
    with open(path, "wb") as f:
        pickle.dump(out, f, protocol)


def load(path):
    start = time.perf_counter()
    with open(path, "rb") as f:
        v = pickle.load(f)
    seconds = time.perf_counter() - start
    print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    for name in ("text", "audio", "vision"):
        # Each clip's last number, which a wrong offset would miss.
        print(repr(float(sum(v[s][name][:, -1, -1].sum(dtype="f8") for s in ("train", "valid", "test")))))


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5]))
    else:
        load(sys.argv[2])
