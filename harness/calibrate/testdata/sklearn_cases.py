#!/usr/bin/python3
"""Writes sklearn_cases.json, the table that sklearn_test.go reads.

Run it from anywhere: /usr/bin/python3 harness/calibrate/testdata/sklearn_cases.py
It needs numpy, scipy and scikit-learn (Debian: python3-sklearn). All inputs are
made up here.
"""
import json
import os

import numpy as np
import scipy
import sklearn
from scipy.optimize import brentq
from scipy.special import expit, log_softmax
from sklearn.calibration import _SigmoidCalibration
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

rng = np.random.RandomState(5)


def pairs(n, digits):
    """Noisy pairs; few digits make ties."""
    u = np.round(rng.uniform(0, 1, n), digits)
    wrong = rng.rand(n) < expit(3 * u - 1.5 + rng.normal(0, 0.5, n))
    wrong[0], wrong[1] = True, False
    return u, wrong


def logistic(u, targets):
    """Unpenalised logistic regression on targets in [0,1], each split in two."""
    x = np.concatenate([u, u]).reshape(-1, 1)
    y = np.concatenate([np.ones(len(u)), np.zeros(len(u))])
    w = np.concatenate([targets, 1 - targets])
    keep = w > 0
    fit = LogisticRegression(penalty=None, solver="newton-cg", tol=1e-7, max_iter=10000)
    fit.fit(x[keep], y[keep], sample_weight=w[keep])
    return float(fit.coef_[0, 0]), float(fit.intercept_[0])


binary = []
for n, digits in [(12, 1), (40, 1), (200, 2), (150, 6), (60, 0)]:
    u, wrong = pairs(n, digits)
    at = np.concatenate([np.linspace(-0.2, 1.2, 29), u])
    iso = IsotonicRegression(out_of_bounds="clip").fit(u, wrong)
    high, low = (wrong.sum() + 1) / (wrong.sum() + 2), 1 / ((~wrong).sum() + 2)
    platt = logistic(u, np.where(wrong, high, low))
    coarse = _SigmoidCalibration().fit(u, wrong)
    assert abs(coarse.a_ + platt[0]) < 1e-3 and abs(coarse.b_ + platt[1]) < 1e-3, (coarse.a_, coarse.b_, platt)
    odds = np.log(u.clip(1e-12)) - np.log((1 - u).clip(1e-12))
    beta = brentq(lambda b: np.sum((expit(b * odds) - wrong) * odds), 0.01, 100, xtol=1e-14)
    binary.append({
        "u": u.tolist(), "wrong": wrong.tolist(), "at": at.tolist(), "isotonic": iso.predict(at).round(14).tolist(),
        "logistic": logistic(u, wrong.astype(float)), "platt": platt, "temperature": 1 / beta,
    })

classes = []
for n, k, true in [(50, 2, 0.5), (120, 7, 2.0), (80, 11, 1.0)]:
    z = rng.normal(0, 1.5, (n, k))
    p = np.exp(log_softmax(z * true, axis=1)).round(7)
    y = np.array([rng.choice(k, p=np.exp(log_softmax(row))) for row in z])
    logp = np.log(p.clip(1e-12))
    nll = lambda b: -log_softmax(b * logp, axis=1)[np.arange(n), y].mean()
    beta = brentq(lambda b: np.sum(np.exp(log_softmax(b * logp, axis=1)) * logp) - np.sum(logp[np.arange(n), y]), 0.01, 100, xtol=1e-14)
    classes.append({
        "probs": p.tolist(), "class": y.tolist(), "temperature": 1 / beta, "before": float(nll(1)), "nll": float(nll(beta)),
    })

path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "sklearn_cases.json")
with open(path, "w") as out:
    out.write('{"sklearn": "%s", "scipy": "%s", "numpy": "%s",\n' % (sklearn.__version__, scipy.__version__, np.__version__))
    for name, rows in [("binary", binary), ("classes", classes)]:
        body = ",\n  ".join(json.dumps(r) for r in rows)
        out.write(' "%s": [\n  %s\n ]%s\n' % (name, body, "" if name == "classes" else ","))
    out.write("}\n")
