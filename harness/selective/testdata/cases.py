#!/usr/bin/python3
"""Writes cases.json, the table that peers_test.go compares with.

Run it from anywhere: /usr/bin/python3 harness/selective/testdata/cases.py
It needs numpy, scipy and scikit-learn (Debian: python3-sklearn). All inputs are
made up here. Calibration errors are put together from scikit-learn's
calibration_curve and the counts of its bins.
"""
import json
import os
import warnings

import numpy as np
import scipy
import sklearn
from scipy.stats import kendalltau, spearmanr
from sklearn.calibration import calibration_curve
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score

warnings.filterwarnings("ignore")
rng = np.random.RandomState(42)


def draw(n, levels):
    """Uncertainties with ties if levels is given, and losses that go with them."""
    u = rng.uniform(0, 1, n) if levels is None else rng.randint(0, levels, n) / 10
    wrong = (rng.uniform(0, 1, n) < 0.1 + 0.5 * u).astype(int)
    wrong[:2] = 0, 1
    loss = np.abs(rng.standard_normal(n)) * (0.2 + u)
    return u, wrong, loss if levels is None else np.round(loss, 1)


rankings = []
for n, levels in [(2, None), (5, 3), (20, None), (20, 4), (100, 11), (300, None), (300, 2)]:
    u, wrong, loss = draw(n, levels)
    row = {"u": u.tolist(), "wrong": wrong.tolist(), "loss": loss.tolist()}
    row["ap"] = average_precision_score(wrong, u)
    row["auroc"] = roc_auc_score(wrong, u)
    row["spearman"] = [spearmanr(u, wrong)[0], spearmanr(u, loss)[0]]
    row["kendall"] = [kendalltau(u, wrong)[0], kendalltau(u, loss)[0]]
    rankings.append(row)


def errors(p, event, bins, strategy):
    """ECE and MCE from calibration_curve, whose bins are searched for again to count them."""
    share, mean = calibration_curve(event, p, n_bins=bins, strategy=strategy)
    if strategy == "uniform":
        edges = np.linspace(0, 1, bins + 1)
    else:
        edges = np.percentile(p, np.linspace(0, 1, bins + 1) * 100)
    count = np.bincount(np.searchsorted(edges[1:-1], p), minlength=bins)
    gap = np.abs(share - mean)
    return float(np.dot(count[count > 0] / len(p), gap)), float(gap.max())


events = []
for n, digits in [(1, 3), (7, 1), (40, 1), (40, 9), (300, 2), (300, 9)]:
    p = np.round(rng.uniform(0, 1, n), digits)
    if n >= 40:
        p[:4] = 0, 1, 0, 1
    event = rng.uniform(0, 1, n) < p ** 2
    row = {"p": p.tolist(), "event": event.tolist()}
    row["brier"] = brier_score_loss(event, p, pos_label=True)
    row["nll"] = log_loss(event, p, labels=[False, True])
    for strategy in "uniform", "quantile":
        # No number of bins puts a quantile on a clip of the larger sets: there
        # NumPy's rounding decides which side of it the clip is on.
        row[strategy] = {b: errors(p, event, b, strategy) for b in (1, 4, 5, 10, 20)}
    events.append(row)

classes = []
for n, k in [(1, 3), (30, 3), (30, 7)]:
    p = rng.dirichlet(np.full(k, 0.4), n)
    p[0] = np.eye(k)[0]
    y = np.array([rng.choice(k, p=row) for row in p])
    if n > 1:
        y[0] = 1  # certain and wrong
    brier = np.mean(np.sum((p - np.eye(k)[y]) ** 2, axis=1))
    classes.append({"probs": p.tolist(), "class": y.tolist(), "nll": log_loss(y, p, labels=range(k)), "brier": brier})

path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "cases.json")
with open(path, "w") as out:
    out.write('{"sklearn": "%s", "scipy": "%s", "numpy": "%s",\n' % (sklearn.__version__, scipy.__version__, np.__version__))
    tables = [("rankings", rankings), ("events", events), ("classes", classes)]
    out.write(",\n".join(' "%s": [\n  %s\n ]' % (name, ",\n  ".join(map(json.dumps, rows))) for name, rows in tables))
    out.write("\n}\n")
