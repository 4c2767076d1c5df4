"""The numbers of the ablation's bootstrap by numpy and scikit-learn.

Run as: numpy_peer.py FOLDER. The folder holds meta.json (sizes, level, rates)
and columns as raw little-endian numbers, written by the Go side:

  u.f64        measures x n   uncertainty, higher = less sure
  keep.f64     n              1 where the small model is right
  large.f64    n              1 where the large model alone is right
  fused.f64    fusions x n    1 where the fused answer is right
  cluster.i64  n              the video of each clip
  weight.f64   replicates x clusters   how often a replicate drew each video

For every measure and fusion it computes, and writes to answers.f64:
  AUDC, APGR, AUROC of error and of gain, CPT(20), CPT(50), CPT(80), and the
  accuracy at each rate (estimates: scikit-learn for the AUROCs), and the
  percentile interval of each over all replicates, with those of AUDC less the
  small model, less the large model and less random deferral.

It is written to be fast: replicates are rows, all fusions share one matrix of
weights in the order of deferral and its prefix sums, areas and AUROCs are matrix
products, blocks of replicates fit in the cache, and two threads share the
measures (numpy gives up the interpreter lock in its loops).
"""

import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"  # the threads are the measures' below

import numpy as np  # noqa: E402
from sklearn.metrics import roc_auc_score  # noqa: E402

THREADS = 2
BLOCK = 250  # replicates at a time: the fastest of 100, 250 and 600


def read(folder):
    with open(os.path.join(folder, "meta.json")) as f:
        meta = json.load(f)

    def column(name, *shape):
        kind = {"f64": "<f8", "i64": "<i8"}[name[-3:]]
        return np.fromfile(os.path.join(folder, name), kind).reshape(shape)

    n, m, f = meta["n"], meta["measures"], meta["fusions"]
    return {
        "rates": np.array(meta["rates"]),
        "level": meta["level"],
        "u": column("u.f64", m, n),
        "keep": column("keep.f64", n),
        "large": column("large.f64", n),
        "fused": column("fused.f64", f, n),
        "cluster": column("cluster.i64", n),
        "weight": column("weight.f64", meta["replicates"], meta["clusters"]),
    }


def group_ends(u):
    """Places just after the last clip of each group of ties, u descending."""
    return np.append(np.flatnonzero(np.diff(u)), len(u) - 1) + 1


class Measure:
    """All numbers of one measure, for a block of weights at a time."""

    def __init__(self, data, u):
        self.rates = data["rates"]
        order = np.argsort(-u, kind="stable")
        self.cluster = data["cluster"][order]
        self.keep = data["keep"][order]
        self.large = data["large"][order]
        self.gain = data["fused"][:, order] - self.keep
        self.ends = group_ends(u[order])
        self.group = np.repeat(np.arange(len(self.ends)), np.diff(self.ends, prepend=0))
        # Right-hand sides of the matrix products: net gain, corrected, wrong.
        self.up = (self.gain > 0).astype(float)
        self.wrong = 1 - self.keep

    def walk(self, weight):
        """Rows: replicates. Returns a dict of arrays, fusions first."""
        w = weight[:, self.cluster]
        rows = len(w)
        total = w.sum(axis=1)
        deferred = np.zeros((rows, len(self.ends) + 1))
        deferred[:, 1:] = np.cumsum(w, axis=1)[:, self.ends - 1]
        a = w * (2 * total[:, None] - deferred[:, self.group] - deferred[:, self.group + 1])
        kept, large = w @ self.keep, w @ self.large

        # Where each rate falls: one search over all rows, rows kept apart by an
        # offset larger than any total.
        apart = np.arange(rows)[:, None] * (total.max() + 1)
        want = self.rates * total[:, None]
        flat = np.searchsorted((deferred[:, 1:] + apart).ravel(), (want + apart).ravel(), "left")
        at = np.minimum(flat.reshape(rows, -1) - np.arange(rows)[:, None] * len(self.ends), len(self.ends) - 1)
        before = np.take_along_axis(deferred, at, 1)
        width = np.take_along_axis(deferred, at + 1, 1) - before
        part = np.divide(want - before, width, out=np.zeros_like(want), where=width > 0)

        area = (2 * total * kept + (a @ self.gain.T).T) / (2 * total**2)
        small = kept / total
        end = small + (w @ self.gain.T).T / total
        gap = end - small
        with np.errstate(divide="ignore", invalid="ignore"):
            apgr = np.where(gap > 1e-9, (area - small) / gap, np.nan)
            auroc_gain = self.auroc((a @ self.up.T).T, (w @ self.up.T).T, total)
            auroc_error = self.auroc(a @ self.wrong, w @ self.wrong, total)
        curve = np.empty((len(self.gain), rows, len(self.rates)))
        cpt = np.full((3, len(self.gain), rows), np.nan)
        sums = np.zeros((rows, len(self.ends) + 1))
        for f, gain in enumerate(self.gain):
            sums[:, 1:] = np.cumsum(w * gain, axis=1)[:, self.ends - 1]
            low = np.take_along_axis(sums, at, 1)
            high = np.take_along_axis(sums, at + 1, 1)
            curve[f] = (kept[:, None] + low + part * (high - low)) / total[:, None]
            quality = (kept[:, None] + sums) / total[:, None]
            for c, share in enumerate((0.2, 0.5, 0.8)):
                cpt[c, f] = self.cpt(quality, deferred, total, small + share * gap[f], gap[f])
        return {
            "audc": area, "apgr": apgr, "gain": auroc_gain, "error": auroc_error[None],
            "vs_small": area - small, "vs_large": area - large / total, "vs_random": area - (small + end) / 2,
            "cpt20": cpt[0], "cpt50": cpt[1], "cpt80": cpt[2],
            "curve": curve,
        }

    @staticmethod
    def cpt(quality, deferred, total, want, gap):
        """The least deferral rate at which the quality is reached, between points."""
        first = np.maximum((quality >= (want - 1e-9)[:, None]).argmax(axis=1), 1)[:, None]
        q0, q1 = np.take_along_axis(quality, first - 1, 1)[:, 0], np.take_along_axis(quality, first, 1)[:, 0]
        d0, d1 = np.take_along_axis(deferred, first - 1, 1)[:, 0], np.take_along_axis(deferred, first, 1)[:, 0]
        with np.errstate(divide="ignore", invalid="ignore"):
            part = np.minimum(1, (want - q0) / (q1 - q0))
        return np.where(gap > 1e-9, (d0 + part * (d1 - d0)) / total, np.nan)

    @staticmethod
    def auroc(ups, positive, total):
        with np.errstate(divide="ignore", invalid="ignore"):
            return (ups - positive**2) / (2 * positive * (total - positive))

    def estimates(self, u):
        order = np.argsort(-u, kind="stable")
        one = self.walk(np.ones((1, self.cluster.max() + 1)))
        error = roc_auc_score(self.wrong, u[order])
        gains = [roc_auc_score(up, u[order]) for up in self.up]
        cpts = [one[name][:, 0] for name in ("cpt20", "cpt50", "cpt80")]
        return one["audc"][:, 0], one["apgr"][:, 0], error, gains, cpts, one["curve"][:, 0]


def bounds(x, level):
    """Percentile interval over the last axis; values that do not exist are nan."""
    tail = (1 - level) / 2
    quantile = np.nanquantile if np.isnan(x).any() else np.quantile
    return quantile(x, [tail, 1 - tail], axis=-1)


def one_measure(data, m):
    measure = Measure(data, data["u"][m])
    weight, level = data["weight"], data["level"]
    blocks = [measure.walk(weight[b:b + BLOCK]) for b in range(0, len(weight), BLOCK)]
    joined = {name: np.concatenate([b[name] for b in blocks], axis=1) for name in blocks[0]}
    del blocks
    audc, apgr, error, gains, cpts, curve = measure.estimates(data["u"][m])
    intervals = {name: bounds(x, level) for name, x in joined.items() if name != "curve"}
    band = bounds(np.ascontiguousarray(joined["curve"].transpose(0, 2, 1)), level)
    out = []
    for f in range(len(audc)):
        row = [audc[f], apgr[f], error, gains[f]] + [c[f] for c in cpts]
        for name in ("audc", "apgr", "error", "gain", "cpt20", "cpt50", "cpt80", "vs_small", "vs_large", "vs_random"):
            column = intervals[name]
            row += list(column[:, 0 if name == "error" else f])
        out.append(np.concatenate([row, curve[f], band[0, f], band[1, f]]))
    return np.array(out)


def main(folder):
    data = read(folder)
    start = time.perf_counter()
    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(pool.map(lambda m: one_measure(data, m), range(len(data["u"]))))
    seconds = time.perf_counter() - start
    np.array(answers).astype("<f8").tofile(os.path.join(folder, "answers.f64"))
    print(json.dumps({"seconds": seconds, "numpy": np.__version__, "threads": THREADS}))


if __name__ == "__main__":
    main(sys.argv[1])
