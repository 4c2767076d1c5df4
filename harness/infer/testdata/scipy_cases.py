#!/usr/bin/python3
"""Writes scipy_cases.json, the table that scipy_test.go reads.

Run it from anywhere: /usr/bin/python3 harness/infer/testdata/scipy_cases.py
It needs numpy and scipy (Debian: python3-scipy). All inputs are made up here.
"""
import json
import os

import numpy as np
import scipy
from scipy.stats import binomtest, chi2, permutation_test

rng = np.random.RandomState(7)

mcnemar = []
for b, c in [(10, 25), (25, 10), (0, 1), (0, 6), (1, 1), (3, 3), (5, 6), (56, 71), (24, 93), (400, 470), (0, 1200), (40000, 40600)]:
    stat = max(0, abs(b - c) - 1) ** 2 / (b + c)
    mcnemar.append({
        "b": b, "c": c, "exact": binomtest(b, b + c, 0.5).pvalue, "chi2": stat, "chi2p": float(chi2.sf(stat, 1)),
    })

quantiles = []
for n in [1, 2, 5, 40]:
    x = np.sort(rng.standard_normal(n)).tolist()
    for q in [0, 0.025, 0.3, 0.5, 0.975, 1]:
        quantiles.append({"x": x, "q": q, "value": float(np.quantile(x, q, method="linear"))})

# One number per cluster; scipy flips the signs of a single sample, all 2^n ways.
flips = []
for n in [2, 5, 8, 10]:
    for integer in [True, False]:
        d = rng.randint(-3, 5, n).astype(float) if integer else rng.standard_normal(n)
        r = permutation_test((d,), np.sum, permutation_type="samples", n_resamples=np.inf)
        flips.append({"d": d.tolist(), "p": float(r.pvalue)})

path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "scipy_cases.json")
with open(path, "w") as out:
    out.write('{"scipy": "%s", "numpy": "%s",\n' % (scipy.__version__, np.__version__))
    for name, rows in [("mcnemar", mcnemar), ("quantiles", quantiles), ("flips", flips)]:
        out.write(' "%s": [\n  ' % name + ",\n  ".join(json.dumps(r) for r in rows) + "\n ]%s\n" % ("" if name == "flips" else ","))
    out.write("}\n")
