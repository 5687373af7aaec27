"""The peer: LIBLINEAR through scikit-learn, one value of C after the other. Reads problems as lines of JSON, answers in kind.

    pip install numpy scikit-learn
"""
import json, sys, time, warnings
import numpy as np
from sklearn.svm import LinearSVC

warnings.simplefilter('ignore')
problem = json.loads(sys.stdin.readline())
rows, width, classes = problem['rows'], problem['width'], problem['numClasses']
# Standardised by us, the constant column last: both solve the very same problem.
features = np.fromfile(problem['features'], 'f4').reshape(rows, width).astype('f8')
labels = np.fromfile(problem['labels'], 'i4')
signs = np.where(labels[:, None] == np.arange(classes), 1.0, -1.0)


def objective(weights, C):
    margins = np.maximum(0, 1 - signs * (features @ weights.T))
    return 0.5 * (weights**2).sum() + C * (margins**2).sum()


print(json.dumps({'ready': True}), flush=True)
for line in sys.stdin:
    order = json.loads(line)
    if 'weights' in order:
        # Judges our solution by the same float64 formula.
        weights = np.fromfile(order['weights'], 'f4').reshape(classes, width).astype('f8')
        print(json.dumps({'objective': objective(weights, order['C'])}), flush=True)
        continue
    # LIBLINEAR's own default tolerances: -s 1 -e 0.1 and -s 2 -e 0.01.
    solver = LinearSVC(C=order['C'], dual=order['dual'], tol=0.1 if order['dual'] else 0.01, fit_intercept=False)
    start, cpu_start = time.perf_counter(), time.process_time()
    solver.fit(features, labels)
    seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu_start
    print(json.dumps({'seconds': seconds, 'cpuSeconds': cpu_seconds, 'objective': objective(solver.coef_, order['C'])}), flush=True)
