#!/usr/bin/python3
"""Writes tools.json: what published tools make of made-up numbers.

Run it with a folder that holds checkouts under the tools' own names, at the
commits named below:
    /usr/bin/python3 harness/selective/testdata/tools.py FOLDER
It needs numpy, scipy and scikit-learn (Debian: python3-sklearn). Of each tool it
loads the functions in question and nothing else, so that their other
requirements need not be there. No code of theirs is kept here, only its results.
"""
import ast
import importlib
import json
import math
import os
import sys
import types

import numpy as np
from scipy.interpolate import interp1d

TOOLS = {
    "fd-shifts": "c4467ae", "lm-polygraph": "efea882", "routerbench": "30e0925",
    "cascade-routing": "1788b90", "RouterArena": "4714a9a",
}
root = sys.argv[1]


def functions(path, *extra):
    """The top-level functions of a file, run in a namespace of numpy and math."""
    tree = ast.parse(open(os.path.join(root, path)).read())
    tree.body = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    for node in tree.body:  # annotations may name what is not there
        node.returns = None
        for a in node.args.args + node.args.kwonlyargs:
            a.annotation = None
    space = {"np": np, "math": math, **dict(extra)}
    kept = []
    for node in tree.body:
        try:
            exec(compile(ast.Module([node], []), path, "exec"), space)
            kept.append(node.name)
        except NameError:
            pass  # a default value that needs another library
    return types.SimpleNamespace(**{name: space[name] for name in kept})


fd = functions("fd-shifts/fd_shifts/analysis/rc_stats_utils.py")
sys.path.insert(0, os.path.join(root, "lm-polygraph/src/lm_polygraph"))
package = types.ModuleType("ue_metrics")
package.__path__ = [os.path.join(root, "lm-polygraph/src/lm_polygraph/ue_metrics")]
sys.modules["ue_metrics"] = package
prr = importlib.import_module("ue_metrics.pred_rej_area").PredictionRejectionArea
rcc = importlib.import_module("ue_metrics.risk_cov_curve").RiskCoverageCurveAUC
lm = importlib.import_module("ue_metrics.ue_metric")
lm_ece = importlib.import_module("ue_metrics.ece").ECE
aiq = functions("routerbench/evaluation/AIQ.py")
eth = functions("cascade-routing/src/selection/utils.py", ("interp1d", interp1d))
arena = functions("RouterArena/router_evaluation/compute_scores.py")

rng = np.random.RandomState(3)


def trapezoid(stats):
    return float(-np.trapz(stats["risks"], stats["coverages"]))


rankings = []
for n, levels in [(2, None), (6, None), (6, 3), (40, None), (40, 5), (200, None), (200, 2)]:
    distinct = levels is None
    u = rng.permutation(n) / n if distinct else rng.randint(0, levels, n) / 4
    wrong = (rng.uniform(0, 1, n) < 0.1 + 0.6 * u).astype(float)
    wrong[:2] = 0, 1
    loss = np.round(np.abs(rng.standard_normal(n)) * (0.2 + u), 3)
    row = {"u": u.tolist(), "tied": not distinct}
    for name, l in ("wrong", wrong), ("loss", loss):
        out = {"loss": l.tolist()}
        out["aurc"] = trapezoid(fd.selective_risk_stats(confids=-u, residuals=l))
        out["augrc"] = trapezoid(fd.generalized_risk_stats(confids=-u, residuals=l))
        if distinct:  # lm-polygraph leaves ties to its sort
            # rcc-auc rescales; undo it: the measure is affine in the loss.
            out["rcc"] = float(rcc()(u, -l) * (l.max() - l.min()) + l.min())
            for r in 1.0, 0.5:
                f = prr(r)
                random = lm.get_random_scores(f, -l)
                score, oracle = f(u, -l), f(l, -l)
                # The same with the expected value of the shuffles.
                mean = float(np.mean(lm.normalize(-l)))
                out["prr_%s" % r] = {
                    "shuffled": float(lm.normalize_metric(score, oracle, random)),
                    "exact": float(lm.normalize_metric(score, oracle, mean)) if abs(oracle - mean) > 1e-12 else None,
                }
        row[name] = out
    rankings.append(row)

ece = []
for n, digits in [(7, 1), (40, 2), (300, 9)]:
    p = np.round(rng.uniform(0, 1, n), digits)
    p[:2] = 0, 1
    event = rng.uniform(0, 1, n) < p
    ece.append({"p": p.tolist(), "event": event.tolist(), "ece": {b: float(lm_ece(n_bins=b)(-p, event.astype(float))) for b in (10, 20)}})

curves = []
for n in 3, 4, 8, 20:
    cost = np.sort(np.round(rng.uniform(1, 10, n), 3))
    quality = np.round(np.clip(0.5 + 0.04 * cost + 0.1 * rng.standard_normal(n), 0, 1), 3)
    points = np.column_stack([cost, quality])
    hull = aiq.get_non_descreasing_convex_hull_of(points)
    most = float(np.max(hull[:, 0])) + 1
    flat = np.vstack((hull, [most, hull[-1, 1]]))
    models = [[1.5, 0.5], [4.0, 0.8], [6.0, 0.7], [9.0, 0.9]]
    auc = eth.auc_all(quality.tolist(), cost.tolist(), [m[1] for m in models], [m[0] for m in models])
    curves.append({
        "points": points.tolist(), "max_cost": most, "aiq": float(aiq.calculate_area_under_curve(flat) / most),
        "models": models, "eth_auc": float(auc["auc"]), "eth_max_gap": float(auc["max_diff"][0]),
    })

scores = [{"quality": a, "cost": c, "score": arena.compute_arena_score(c, a)} for a, c in
          [(0.7, 1.0), (1.0, 0.0044), (0.64, 10.02), (0.2, 150.0)]]

path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "tools.json")
with open(path, "w") as out:
    out.write('{"tools": %s,\n' % json.dumps(TOOLS))
    tables = [("rankings", rankings), ("ece", ece), ("curves", curves), ("arena", scores)]
    out.write(",\n".join(' "%s": [\n  %s\n ]' % (name, ",\n  ".join(map(json.dumps, rows))) for name, rows in tables))
    out.write("\n}\n")
