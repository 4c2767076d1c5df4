"""The same bootstrap as RouteLLM-style evaluators write it: a loop over replicates
and thresholds, scikit-learn for each AUROC.

Run as: loop_peer.py FOLDER REPLICATES, with the folder of numpy_peer.py. It
measures the first measure and fusion on the first REPLICATES replicates and
prints the seconds they took; the caller scales them to all.
"""

import json
import sys
import time

import numpy as np
from numpy_peer import read
from sklearn.metrics import roc_auc_score


def curve(u, keep, fused):
    """Accuracy at every distinct threshold, one pass over the clips for each."""
    points = [(0.0, keep.mean())]
    for threshold in np.unique(u)[::-1]:
        deferred = u >= threshold
        points.append((deferred.mean(), np.where(deferred, fused, keep).mean()))
    return np.array(points)


def main(folder, replicates):
    data = read(folder)
    u, keep, fused, cluster = data["u"][0], data["keep"], data["fused"][0], data["cluster"]
    start = time.perf_counter()
    areas, aurocs, bands = [], [], []
    for weight in data["weight"][:replicates]:
        clips = np.repeat(np.arange(len(u)), weight[cluster].astype(int))
        points = curve(u[clips], keep[clips], fused[clips])
        areas.append(np.trapz(points[:, 1], points[:, 0]))
        aurocs.append(roc_auc_score(1 - keep[clips], u[clips]))
        aurocs.append(roc_auc_score(fused[clips] > keep[clips], u[clips]))
        bands.append(np.interp(data["rates"], points[:, 0], points[:, 1]))
    np.quantile(areas, [0.025, 0.975])
    np.quantile(bands, [0.025, 0.975], axis=0)
    seconds = time.perf_counter() - start
    print(json.dumps({"seconds": seconds, "area": float(np.mean(areas)), "auroc": float(np.mean(aurocs))}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
