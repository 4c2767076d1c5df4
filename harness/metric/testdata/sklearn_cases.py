#!/usr/bin/python3
"""Writes sklearn_cases.json, the table that TestAgreesWithScikitLearn reads.

Run it from anywhere: /usr/bin/python3 harness/metric/testdata/sklearn_cases.py
It needs numpy and scikit-learn (Debian: python3-sklearn). Scores and labels are
random; nothing in the table is real data. Values are written in full precision.
"""
import json
import os

import numpy as np
import sklearn
from sklearn.metrics import accuracy_score, f1_score, roc_auc_score

rng = np.random.RandomState(20240611)


def number(x):
    return None if np.isnan(x) else float(x)


def weighted(true, pred):
    return f1_score(true, pred, average="weighted", zero_division=0)


def corr(p, y):
    if len(p) < 2 or np.all(p == p[0]) or np.all(y == y[0]):
        return float("nan")
    return np.corrcoef(p, y)[0][1]


def nearest(v, limit):
    return np.round(np.clip(v.astype(np.float32), -limit, limit))


def two(true, pred):
    """Accuracy and weighted F1; not available without clips."""
    if len(true) == 0:
        return float("nan"), float("nan")
    return accuracy_score(true, pred), weighted(true, pred)


def mosi(p, y):
    kept = y != 0
    p7, y7, p5, y5 = nearest(p, 3), nearest(y, 3), nearest(p, 2), nearest(y, 2)
    has0 = two(y >= 0, p >= 0)
    non0 = two(y[kept] > 0, p[kept] > 0)
    lab = two(y[kept] >= 0, p[kept] >= 0)
    swapped = two(p[kept] > 0, y[kept] > 0)
    acc5, acc7, mae = accuracy_score(y5, p5), accuracy_score(y7, p7), np.mean(np.abs(p - y))
    return {
        "mmsa": {
            "Has0_acc_2": has0[0], "Has0_F1_score": has0[1], "Non0_acc_2": non0[0], "Non0_F1_score": non0[1],
            "Mult_acc_5": acc5, "Mult_acc_7": acc7, "MAE": mae, "Corr": corr(p, y),
        },
        "mai-lab": {
            "Acc_7": acc7, "Acc_2": lab[0], "F1": lab[1],
            "MAE": np.mean(np.abs(p - y)[kept]) if kept.any() else float("nan"), "Corr": corr(p[kept], y[kept]),
        },
        "mult": {"Acc_7": acc7, "Acc_5": acc5, "Acc_2": swapped[0], "F1": swapped[1], "MAE": mae, "Corr": corr(p, y)},
        "polarity": polarity(np.sign(p), y),
    }


def sims(p, y):
    p, y = np.clip(p, -1, 1), np.clip(y, -1, 1)

    def classes(v, edges):
        # digitize with right=True puts v in bin i when edges[i-1] < v <= edges[i]
        return np.digitize(v.astype(np.float32), np.array(edges, dtype=np.float32), right=True)

    py2, y2 = classes(p, [0]), classes(y, [0])
    return {"mmsa": {
        "Mult_acc_2": accuracy_score(y2, py2), "F1_score": weighted(y2, py2),
        "Mult_acc_3": accuracy_score(classes(y, [-.1, .1]), classes(p, [-.1, .1])),
        "Mult_acc_5": accuracy_score(classes(y, [-.7, -.1, .1, .7]), classes(p, [-.7, -.1, .1, .7])),
        "MAE": np.mean(np.abs(p - y)), "Corr": corr(p, y),
    }}


def polarity(answer, y):
    kept = y != 0
    acc, f1 = two(np.sign(y[kept]).astype(int), answer[kept].astype(int))
    return {"Acc_2": acc, "F1": f1}


def scores(n, limit, step):
    """Scores with ties, exact edges and values beyond the scale."""
    kind = rng.randint(4)
    if kind == 0:
        return np.round(rng.uniform(-1.2 * limit, 1.2 * limit, n) / step) * step
    if kind == 1:
        return rng.uniform(-1.2 * limit, 1.2 * limit, n)
    if kind == 2:  # a hair around the edges, where float32 and float64 differ
        return np.round(rng.uniform(-limit, limit, n) / step) * step + rng.choice([-1e-9, 0, 1e-9], n)
    return np.full(n, rng.choice([0.0, -1e-9, 0.25, -limit]))


cases = []
for i in range(32):
    n = int(rng.choice([1, 2, 7, 25]))
    if i % 2 == 0:
        y = rng.choice([-3, -2.5, -1.5, -1, -0.5, 0, 0, 0.5, 1, 1.5, 2.5, 3, 1 / 3], n)
        p = scores(n, 3, 0.5)
        expect = mosi(p, y)
    else:
        y = np.round(rng.uniform(-1, 1, n) * 5) / 5
        p = scores(n, 1, 0.1)
        expect = sims(p, y)
    cases.append({"kind": ["mosi", "sims"][i % 2], "score": p.tolist(), "truth": y.tolist(), "expect": expect})

words = []
for i in range(8):
    n = int(rng.choice([1, 5, 20]))
    y = rng.choice([-1, -0.2, 0, 0.4, 1], n)
    answer = rng.choice([-1, 0, 1], n) if i else np.zeros(n, int)
    words.append({"polarity": answer.tolist(), "truth": y.tolist(), "expect": {"polarity": polarity(answer, y)}})

ranks = []
for i in range(12):
    n = int(rng.choice([2, 6, 40]))
    u = rng.randint(0, 5, n) / 4 if i % 2 else rng.standard_normal(n)
    positive = rng.permutation(np.arange(n) < max(1, n // 3))
    ranks.append({"u": u.tolist(), "positive": positive.tolist(), "auroc": roc_auc_score(positive, u)})

for c in cases + words:
    c["expect"] = {p: {m: number(v) for m, v in e.items()} for p, e in c["expect"].items()}

path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "sklearn_cases.json")
with open(path, "w") as out:
    out.write('{"sklearn": "%s", "numpy": "%s",\n' % (sklearn.__version__, np.__version__))
    for name, rows in [("cases", cases), ("words", words), ("ranks", ranks)]:
        out.write(' "%s": [\n  ' % name + ",\n  ".join(json.dumps(r) for r in rows) + "\n ]%s\n" % ("" if name == "ranks" else ","))
    out.write("}\n")
