"""Prints the numbers that the tests compare with, from definitions, in float64.

Run it with Python 3 with numpy, scipy and scikit-learn: python make-reference.py
Nothing here is shared with the code under test: the features are made by the same linear congruential generator, and the
scores are written from the papers, the slow way.
"""

import json

import numpy as np
from scipy.linalg import sqrtm
from scipy.optimize import minimize_scalar
from scipy.stats import weightedtau
from sklearn.covariance import LedoitWolf
from sklearn.neighbors import KNeighborsClassifier

CASES = {
    "tall": dict(rows=90, feature_dim=12, num_classes=4, seed=1, spread=0.8),
    "wide": dict(rows=30, feature_dim=70, num_classes=3, seed=2, spread=1.2),
    "noise": dict(rows=120, feature_dim=20, num_classes=5, seed=3, spread=20),
}


def linear_congruential(seed):
    state = seed
    while True:
        state = (state * 1664525 + 1013904223) % 2**32
        yield state / 2**32


def make_up_features(rows, feature_dim, num_classes, seed, spread):
    numbers = linear_congruential(seed)
    centres = np.array([next(numbers) for _ in range(num_classes * feature_dim)]).reshape(num_classes, feature_dim)
    labels = np.arange(rows) % num_classes
    features = np.empty((rows, feature_dim))
    for row in range(rows):
        for column in range(feature_dim):
            noise = next(numbers) + next(numbers) + next(numbers) - 1.5
            features[row, column] = np.float32(max(0, centres[labels[row], column] + spread * noise))
    return features, labels


def nearest_neighbours(features, labels, k):
    """Leave-one-out by scikit-learn, ties of votes by the nearer class; the cases have no other ties."""
    right = 0
    for row in range(len(labels)):
        others = np.arange(len(labels)) != row
        model = KNeighborsClassifier(k, metric="cosine", algorithm="brute").fit(features[others], labels[others])
        distances, neighbours = model.kneighbors(features[row : row + 1])
        votes = {}
        for distance, neighbour in zip(distances[0], neighbours[0]):
            count, closeness = votes.get(labels[others][neighbour], (0, 0.0))
            votes[labels[others][neighbour]] = (count + 1, closeness + 1 - distance)
        right += max(votes, key=lambda label: votes[label]) == labels[row]
    return right / len(labels)


def shrinkage_h_score(features, labels):
    """Ibrahim et al. 2021, equation 5, with scikit-learn's Ledoit-Wolf, all covariances divided by the number of rows."""
    model = LedoitWolf().fit(features)
    means = np.array([features[labels == label].mean(axis=0) for label in labels])
    between = np.cov(means, rowvar=False, bias=True)
    return model.shrinkage_, np.trace(np.linalg.pinv(model.covariance_) @ ((1 - model.shrinkage_) * between))


def log_me(features, labels):
    """The definition: y ~ N(0, F F'/alpha + I/beta), its log density at the best alpha and beta, nothing clever."""
    rows = len(labels)
    kernel = features @ features.T
    evidences = []
    for label in np.unique(labels):
        y = (labels == label).astype(float)

        def negative(log_ratio):
            # For a ratio alpha/beta the best beta is known: beta = rows / y' (I + F F' / ratio)^-1 y.
            covariance = np.eye(rows) + kernel / np.exp(log_ratio)
            variance = y @ np.linalg.solve(covariance, y) / rows
            return rows / 2 * (np.log(2 * np.pi * variance) + 1) + np.linalg.slogdet(covariance)[1] / 2

        grid = np.linspace(-25, 25, 101)
        start = grid[np.argmin([negative(value) for value in grid])]
        found = minimize_scalar(negative, bounds=(start - 0.5, start + 0.5), method="bounded", options=dict(xatol=1e-9))
        evidences.append(-found.fun / rows)
    return np.mean(evidences)


def published_log_me(features, labels):
    """The fixed point as in You et al. 2022, algorithm 3, from a singular value decomposition; for rows > features."""
    rows, feature_dim = features.shape
    u, s, _ = np.linalg.svd(features, full_matrices=False)
    sigma = s**2
    evidences = []
    for label in np.unique(labels):
        y = (labels == label).astype(float)
        x2 = (u.T @ y) ** 2
        outside = y @ y - x2.sum()
        alpha = beta = 1.0
        for _ in range(11):
            t = alpha / beta
            gamma = (sigma / (sigma + t)).sum()
            m2 = (sigma * x2 / (t + sigma) ** 2).sum()
            residual = (x2 / (1 + sigma / t) ** 2).sum() + outside
            alpha = gamma / (m2 + 1e-5)
            beta = (rows - gamma) / (residual + 1e-5)
            if abs(alpha / beta - t) / t <= 1e-3:
                break
        evidences.append(
            (
                feature_dim / 2 * np.log(alpha)
                + rows / 2 * np.log(beta)
                - np.log(alpha + beta * sigma).sum() / 2
                - beta / 2 * residual
                - alpha / 2 * m2
                - rows / 2 * np.log(2 * np.pi)
            )
            / rows
        )
    return np.mean(evidences)


def frechet(a, b):
    """Dowson & Landau 1982, equation 16, with whole matrices that happen to be diagonal."""
    covariance_a, covariance_b = np.diag(a.var(axis=0)), np.diag(b.var(axis=0))
    square = ((a.mean(axis=0) - b.mean(axis=0)) ** 2).sum()
    return np.sqrt(square + np.trace(covariance_a + covariance_b - 2 * sqrtm(covariance_a @ covariance_b).real))


def main():
    for name, case in CASES.items():
        features, labels = make_up_features(**case)
        shrinkage, h_score = shrinkage_h_score(features, labels)
        result = {
            "neighbours1": nearest_neighbours(features, labels, 1),
            "neighbours5": nearest_neighbours(features, labels, 5),
            "shrinkage": shrinkage,
            "hScore": h_score,
            "logMe": log_me(features, labels),
        }
        if case["rows"] > case["feature_dim"]:
            result["publishedLogMe"] = published_log_me(features, labels)
        print(name, json.dumps(result))
    features, _ = make_up_features(**CASES["tall"])
    print("statistics of tall, first channel", features[:, 0].mean(), features[:, 0].var())
    print("Frechet distance, first 40 rows of tall to the others", frechet(features[:40], features[40:]))
    lists = {
        "no ties": ([3, 1, 4, 1.5, 9, 2.6], [2, 7, 1, 8, 2.8, 18]),
        "ties in one": ([5, 5, 3, 2, 1, 1], [6, 4, 5, 3, 1, 2]),
        "ties in both": ([1, 1, 2, 2, 3, 3, 3], [2, 2, 1, 1, 3, 3, 0]),
    }
    for name, (a, b) in lists.items():
        print("weighted tau,", name, weightedtau(a, b).statistic)


if __name__ == "__main__":
    main()
