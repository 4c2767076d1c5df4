#!/usr/bin/python3
"""Writes cases.json, the table that peer_test.go reads.

Run it from anywhere: /usr/bin/python3 harness/route/testdata/cases.py
It needs numpy, scipy and scikit-learn (Debian: python3-sklearn). All inputs are
made up here.
"""
import json
import os

import numpy as np
import scipy
import sklearn
from scipy.special import rel_entr
from scipy.stats import beta, binom
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

rng = np.random.RandomState(5)

exact = []
for n, k in [(1, 0), (1, 1), (10, 0), (10, 3), (22, 0), (100, 5), (100, 100), (911, 87), (5000, 1), (20000, 4100)]:
    for level in [0.8, 0.95, 0.998]:
        tail = (1 - level) / 2
        exact.append({
            "k": k, "n": n, "level": level,
            "lo": 0.0 if k == 0 else float(beta.ppf(tail, k, n - k + 1)),
            "hi": 1.0 if k == n else float(beta.ppf(1 - tail, k + 1, n - k)),
        })

pvalues = []
for n, k, alpha in [(1, 0, 0.1), (22, 0, 0.1), (50, 3, 0.1), (200, 12, 0.1), (200, 30, 0.1), (911, 130, 0.2), (5000, 900, 0.2), (30, 2.4, 0.2), (300, 17.25, 0.1)]:
    mean = min(k / n, alpha)
    h = rel_entr(mean, alpha) + rel_entr(1 - mean, 1 - alpha)
    hb = min(1, np.exp(-n * h), np.e * binom.cdf(np.ceil(k), n, alpha))
    pvalues.append({"k": k, "n": n, "alpha": alpha, "cdf": float(binom.cdf(np.floor(k), n, alpha)), "hb": float(hb)})

logistic = []
for n, d, l2, correlated in [(20, 1, 1, False), (60, 3, 1, False), (60, 3, 0.01, True), (200, 5, 10, True), (30, 2, 0.001, False)]:
    x = rng.standard_normal((n, d)) * rng.uniform(0.1, 50, d) + rng.uniform(-20, 20, d)
    if correlated:
        x[:, -1] = x[:, 0] + 0.01 * rng.standard_normal(n)
    x = np.round(x, 3)
    z = StandardScaler().fit_transform(x)
    y = rng.uniform(size=n) < 1 / (1 + np.exp(-(z[:, 0] - 0.5)))
    fit = LogisticRegression(C=1 / l2, solver="newton-cholesky", tol=1e-12, max_iter=1000).fit(z, y)
    logistic.append({
        "features": x.T.tolist(), "gained": [bool(v) for v in y], "l2": l2,
        "weights": fit.coef_[0].tolist(), "intercept": float(fit.intercept_[0]), "probability": fit.predict_proba(z)[:, 1].tolist(),
    })

path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "cases.json")
with open(path, "w") as out:
    out.write('{"scipy": "%s", "sklearn": "%s"' % (scipy.__version__, sklearn.__version__))
    for name, rows in [("exact", exact), ("pvalues", pvalues), ("logistic", logistic)]:
        out.write(',\n "%s": [\n  ' % name + ",\n  ".join(json.dumps(r) for r in rows) + "\n ]")
    out.write("\n}\n")
