/**
 * Times our SVM over a path of C against LIBLINEAR on the same features, interleaved, and compares the objectives.
 *
 *   python3 -m venv /tmp/svm-peer && /tmp/svm-peer/bin/pip install numpy scikit-learn
 *   npm run build && PYTHON=/tmp/svm-peer/bin/python node bench/svm/bench.mjs [rounds]
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import console from 'node:console';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { MatrixProducts } from '../../dist/learning/linear/matrix-products.js';
import { PathSolver } from '../../dist/learning/linear/path-solver.js';
import { standardizeFeatures } from '../../dist/learning/linear/standardize-features.js';
import { createRandom } from '../../dist/learning/random.js';

const rows = 5000;
const featureDim = 1024;
const numClasses = 50;
const path = [0.03, 0.1, 0.3, 1, 3];
const rounds = Number(process.argv[2] ?? 3);
const threads = Number(process.env.THREADS ?? availableParallelism());
const tolerance = 1e-4;

const { features, labels } = makeFeatures();
const folder = mkdtempSync(join(tmpdir(), 'bench-svm-'));
const peer = startPeer();
try {
  const standardized = standardizeFeatures(features, rows, featureDim);
  writeFileSync(join(folder, 'features.f32'), new Uint8Array(standardized.matrix.data.buffer));
  writeFileSync(join(folder, 'labels.i32'), new Uint8Array(labels.buffer));
  await peer.ask({
    features: join(folder, 'features.f32'),
    labels: join(folder, 'labels.i32'),
    rows,
    width: featureDim + 1,
    numClasses,
  });
  console.log(
    `${rows} × ${featureDim} features, ${numClasses} classes, C ${path.join(' ')}, ${threads} threads; LIBLINEAR uses one`,
  );
  const ratios = {};
  let isNeverWorse = true;
  for (let round = 1; round <= rounds; round++) {
    for (const [name, dual] of [
      ['LIBLINEAR -s 1', true],
      ['LIBLINEAR -s 2', false],
    ]) {
      const ours = await solveOurs();
      const theirs = { seconds: 0, cpuSeconds: 0 };
      for (const [index, C] of path.entries()) {
        const answer = await peer.ask({ C, dual });
        theirs.seconds += answer.seconds;
        theirs.cpuSeconds += answer.cpuSeconds;
        const excess = ours.objectives[index] / answer.objective - 1;
        if (excess > 1e-7) isNeverWorse = false;
        if (round === 1) {
          console.log(
            `  ${name} C ${C}: ${answer.seconds.toFixed(2)} s; our objective differs by ${excess.toExponential(1)}`,
          );
        }
      }
      for (const measure of ['seconds', 'cpuSeconds']) {
        const ratio = theirs[measure] / ours[measure];
        (ratios[`${name}, ${measure}`] ??= []).push(ratio);
        console.log(
          `round ${round}, ${measure}: ours ${ours[measure].toFixed(2)}, ${name} ${theirs[measure].toFixed(2)}, ${ratio.toFixed(1)}×`,
        );
      }
    }
  }
  for (const [name, all] of Object.entries(ratios)) {
    const sorted = all.sort((a, b) => a - b);
    console.log(
      `${name}: median ${sorted[Math.floor(sorted.length / 2)].toFixed(1)}×, ${sorted[0].toFixed(1)} to ${sorted.at(-1).toFixed(1)}`,
    );
  }
  console.log(isNeverWorse ? 'our objective was never worse' : 'OUR OBJECTIVE WAS WORSE at least once');
  process.exitCode = isNeverWorse ? 0 : 1;
} finally {
  peer.stop();
  rmSync(folder, { recursive: true });
}

/** The whole path with everything it needs: Gram matrix, preconditioners, every solve. */
async function solveOurs() {
  const { matrix } = standardizeFeatures(features, rows, featureDim);
  const products = new MatrixProducts(threads);
  const kept = [];
  const start = performance.now();
  const cpuStart = process.cpuUsage();
  const solver = await PathSolver.create(products, {
    features: matrix,
    labels,
    numClasses,
    classifier: 'svm',
    maxIterations: 100,
  });
  let weights;
  for (const C of path) {
    ({ weights } = await solver.solve(C, tolerance, weights));
    kept.push(weights.data.slice());
  }
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpuStart);
  await products.release();
  const objectives = [];
  for (const [index, C] of path.entries()) {
    writeFileSync(join(folder, 'weights.f32'), new Uint8Array(kept[index].buffer));
    objectives.push((await peer.ask({ weights: join(folder, 'weights.f32'), C })).objective);
  }
  return { seconds, cpuSeconds: (user + system) / 1e6, objectives };
}

/** Features like a network's: a few strong directions, many weak ones, rectified; classes that overlap. */
function makeFeatures() {
  const random = createRandom(1);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  const factors = 128;
  const mixing = Float64Array.from(
    { length: factors * featureDim },
    (_, at) => normal() / Math.sqrt(1 + Math.floor(at / featureDim)),
  );
  const centres = Float64Array.from({ length: numClasses * factors }, () => 0.6 * normal());
  const labels = Int32Array.from({ length: rows }, () => random.below(numClasses));
  const features = new Float32Array(rows * featureDim);
  const row = new Float64Array(featureDim);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < featureDim; j++) row[j] = 0.5 * normal() - 0.3;
    for (let f = 0; f < factors; f++) {
      const strength = centres[labels[i] * factors + f] + normal();
      for (let j = 0; j < featureDim; j++) row[j] += strength * mixing[f * featureDim + j];
    }
    for (let j = 0; j < featureDim; j++) features[i * featureDim + j] = Math.max(0, row[j]);
  }
  return { features, labels };
}

function startPeer() {
  // Variables that pin a BLAS to another processor would slow the peer down.
  const environment = { ...process.env };
  delete environment.OPENBLAS_CORETYPE;
  delete environment.OPENBLAS_L2_SIZE;
  const child = spawn(
    process.env.PYTHON ?? 'python3',
    [join(fileURLToPath(import.meta.url), '..', 'liblinear.py')],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: environment,
    },
  );
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(message) {
      child.stdin.write(`${JSON.stringify(message)}\n`);
      const { value, done } = await answers.next();
      if (done)
        throw new Error(
          'the peer ended; is scikit-learn installed? Set PYTHON to an interpreter that has it.',
        );
      return JSON.parse(value);
    },
    stop: () => child.stdin.end(),
  };
}
