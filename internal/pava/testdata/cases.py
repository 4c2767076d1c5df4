#!/usr/bin/python3
"""Writes cases.json, the table that pava_test.go reads.

Run it from anywhere: /usr/bin/python3 internal/pava/testdata/cases.py
It needs numpy and scikit-learn (Debian: python3-sklearn). All inputs are made up here.
"""
import json
import os

import numpy as np
import sklearn
from sklearn.isotonic import IsotonicRegression

rng = np.random.RandomState(11)
cases = []
for n in [1, 2, 5, 12, 40]:
    for levels in [4, 1000]:
        for weighted in [False, True]:
            x = rng.randint(0, levels, n) / 8.0
            y = np.round(x + rng.standard_normal(n), 3)
            w = np.round(rng.uniform(0.5, 3, n), 3) if weighted else np.ones(n)
            fit = IsotonicRegression(out_of_bounds="clip").fit(x, y, sample_weight=w)
            at = np.concatenate([x, rng.uniform(-1, x.max() + 1, 10)])
            cases.append({
                "x": x.tolist(), "y": y.tolist(), "w": w.tolist() if weighted else None,
                "at": at.tolist(), "value": fit.predict(at).tolist(),
            })

path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "cases.json")
with open(path, "w") as out:
    out.write('{"sklearn": "%s", "cases": [\n  ' % sklearn.__version__ + ",\n  ".join(json.dumps(c) for c in cases) + "\n]}\n")
