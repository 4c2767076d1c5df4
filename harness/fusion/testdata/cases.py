#!/usr/bin/python3
"""Writes cases.json, the table that TestStackingAgreesWithScikitLearn reads.

Run it from anywhere: /usr/bin/python3 harness/fusion/testdata/cases.py
It needs numpy and scikit-learn (Debian: python3-sklearn). All clips are made up
here. Features are standardised by scikit-learn, missing ones imputed by it.
"""
import json
import os

import numpy as np
import sklearn
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.preprocessing import StandardScaler

rng = np.random.RandomState(11)


def clips(n, scores):
    y = np.round(rng.uniform(-3, 3, n), 1)
    u = rng.uniform(0, 1, (n, 2))
    x = np.clip(y[:, None] + rng.standard_normal((n, 2)) * 4 * u, -3, 3)
    sign = np.sign(x)
    if not scores:
        x[:, 1] = np.nan
    return y, x, sign, u


def standardised(x, train):
    """x by the mean and deviation of the known values of train; unknown is the mean."""
    known = ~np.isnan(train).all(axis=0)
    z = StandardScaler().fit(train[:, known]).transform(x[:, known])
    return SimpleImputer(strategy="constant", fill_value=0.0).fit_transform(z)


def column(v):
    return [None if np.isnan(e) else float(e) for e in v]


cases = []
for n, scores, penalty in [(12, True, 1.0), (60, True, 0.1), (60, False, 3.0), (200, True, 10.0)]:
    y, x, sign, u = clips(n + 5, scores)  # five more than the fit sees
    if n == 60:
        u[3, 0] = np.nan  # an unknown uncertainty
    f = np.column_stack([x, sign, u, sign * u])
    z = standardised(f, f[:n])
    ridge = Ridge(alpha=penalty).fit(z[:n], y[:n])
    side = y[:n] != 0  # labels of 0 have no polarity to learn
    zl = standardised(f, f[:n][side])
    logistic = LogisticRegression(C=1 / penalty, tol=1e-12, max_iter=1000, solver="newton-cholesky")
    logistic.fit(zl[:n][side], y[:n][side] > 0)
    cases.append({
        "penalty": penalty, "train": n, "truth": y.tolist(),
        "score": [column(x[:, 0]), column(x[:, 1])], "polarity": sign.astype(int).T.tolist(),
        "u": [column(u[:, 0]), column(u[:, 1])],
        "ridge": ridge.predict(z).tolist(), "logistic": logistic.decision_function(zl).tolist(),
    })

path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "cases.json")
with open(path, "w") as out:
    out.write('{"sklearn": "%s", "numpy": "%s",\n "cases": [\n  ' % (sklearn.__version__, np.__version__))
    out.write(",\n  ".join(json.dumps(c) for c in cases) + "\n ]}\n")
