#!/usr/bin/python3
"""Writes scipy_cases.json, the table that scipy_test.go reads.

Run it from anywhere: /usr/bin/python3 harness/uncertainty/testdata/scipy_cases.py
It needs numpy and scipy (Debian: python3-scipy). All inputs are made up here.
"""
import json
import os

import numpy as np
import scipy
from scipy.spatial.distance import jensenshannon
from scipy.special import log_softmax
from scipy.stats import entropy

rng = np.random.RandomState(11)


def draw(k):
    """A distribution that is sometimes sharp and sometimes has zeros."""
    p = rng.dirichlet(np.full(k, rng.choice([0.2, 1.0, 5.0])))
    if k > 2 and rng.rand() < 0.3:
        p[rng.randint(k)] = 0.0
        p /= p.sum()
    return p


classes = []
for k in [2, 3, 5, 7, 11, 21] * 4:
    p, q, bins = draw(k), draw(k), np.linspace(-3, 3, k)
    mean = np.average(bins, weights=p)
    median = bins[np.searchsorted(np.cumsum(p), 0.5)]
    sides = [p[bins < 0].sum(), p[bins == 0].sum(), p[bins > 0].sum()]
    cuts = np.cumsum(p)[:-1].clip(0, 1)
    classes.append({
        "bins": bins.tolist(), "p": p.tolist(), "q": q.tolist(),
        "expect": {
            "entropy": entropy(p, base=k),
            "renyi-2": -np.log(np.sum(p**2)) / np.log(k),
            "ordinal-std": np.sqrt(np.average((bins - mean) ** 2, weights=p)) / 3,
            "binary-entropy": np.mean([entropy([c, 1 - c], base=2) for c in cuts]),
            "median-deviation": np.average(np.abs(bins - median), weights=p) / 3,
            "polarity-entropy": entropy(sides, base=3),
            "expected-distance-to-neutral": 1 - abs(mean) / 3,
            "cross-js": jensenshannon(p, q, base=2) ** 2,
        },
    })

members = []
for k, m in [(2, 2), (3, 5), (7, 4), (7, 20)]:
    probs = np.array([draw(k) for _ in range(m)])
    scores = rng.uniform(-3, 3, m)
    mixed = entropy(probs.mean(axis=0), base=k)
    members.append({
        "probs": probs.tolist(), "scores": scores.tolist(),
        "expect": {
            "bald": mixed - np.mean([entropy(p, base=k) for p in probs]),
            "ensemble-std": np.std(scores) / 3, "ensemble-variance": np.var(scores) / 9,
        },
    })

tokens = []
for n in [1, 2, 3, 8, 40]:
    logprobs = -rng.exponential(0.7, n)
    tokens.append({
        "logprobs": logprobs.tolist(),
        "expect": {
            "token-nll-sum": -logprobs.sum(), "token-nll-mean": -logprobs.mean(), "token-nll-max": -logprobs.min(),
            "token-nll-q20": -np.quantile(logprobs, 0.8), "token-nll-q50": -np.quantile(logprobs, 0.5),
            "token-nll-q80": -np.quantile(logprobs, 0.2),
            "perplexity": np.exp(-logprobs.mean()), "inverse-perplexity": 1 - np.exp(logprobs.mean()),
        },
    })

labels = []
for n in [2, 3, 5]:
    # As at the first token of an answer: the labels share less than all the mass.
    logprobs = log_softmax(rng.normal(0, 2, n + 50))[:n]
    q = np.exp(log_softmax(logprobs))
    top = np.sort(q)[::-1]
    labels.append({
        "logprobs": dict(zip("abcde", logprobs.tolist())),
        "expect": {
            "label-token-entropy": entropy(q, base=n), "label-token-margin": 1 - (top[0] - top[1]),
            "label-token-least-confidence": (1 - top[0]) * n / (n - 1),
        },
    })

path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "scipy_cases.json")
with open(path, "w") as out:
    out.write('{"scipy": "%s", "numpy": "%s",\n' % (scipy.__version__, np.__version__))
    tables = [("classes", classes), ("members", members), ("tokens", tokens), ("labels", labels)]
    for name, rows in tables:
        body = ",\n  ".join(json.dumps(r) for r in rows)
        out.write(' "%s": [\n  %s\n ]%s\n' % (name, body, "" if name == "labels" else ","))
    out.write("}\n")
