#!/usr/bin/env node
/**
 * Builds the native addon of @tensorflow/tfjs-node (or @tensorflow/tfjs-node-gpu), unmodified, against the TensorFlow
 * library inside TensorFlow's own pip package:
 *
 *     node scripts/build-tfjs-addon.mjs [cpu|gpu] [--into FOLDER]
 *
 * The addon's own install script would fetch a library from 2022, from a host that many networks do not reach. Workers
 * find what this leaves in the default folder by themselves, anything else through ZOO_TFJS_ADDON_DIR. Needs Linux with
 * glibc, a C++ compiler, make, Python 3 with pip, and Node's headers; talks to npm's and pip's registries only. A second
 * run finds the work done.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const addonVersion = '4.22.0';
const tensorflowVersion = '2.21.0';
/** Which build of the Python package is taken: its libraries are the same for all of them. */
const pythonVersion = '312';

const variants = {
  cpu: {
    addon: '@tensorflow/tfjs-node',
    // For ARM there is no smaller package without CUDA: that one has none anyway.
    tensorflow: process.arch === 'x64' ? 'tensorflow-cpu' : 'tensorflow',
    download: '270 MB',
  },
  gpu: { addon: '@tensorflow/tfjs-node-gpu', tensorflow: 'tensorflow', download: '3 GB, CUDA included' },
};

function main() {
  const { variant, folder } = readArguments();
  const { addon, tensorflow, download } = variants[variant];
  const target = join(folder, addon.slice(addon.indexOf('/') + 1));
  const built = `${addon}@${addonVersion} with ${tensorflow}@${tensorflowVersion}\n`;
  const stamp = join(target, 'built.txt');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === built && loads(target, addon)) {
    console.log(`${addon} is there already, in ${target}`);
    return;
  }
  const headers = requireTools();
  console.log(
    `Building ${addon} ${addonVersion} with TensorFlow ${tensorflowVersion} (fetches ${download}) …`,
  );
  const aside = `${target}.building-${process.pid}`;
  try {
    mkdirSync(aside, { recursive: true });
    const home = installPackage(aside, addon);
    unpackTensorflow(aside, home, variant, tensorflow);
    run('npm', ['run', '--silent', 'build-addon-from-source'], {
      cwd: home,
      env: { ...process.env, npm_config_nodedir: headers },
    });
    rmSync(join(home, 'build'), { recursive: true, force: true });
    if (!loads(aside, addon)) throw new Refusal(`${addon} was built, but does not load on this machine.`);
    writeFileSync(join(aside, 'built.txt'), built);
    rmSync(target, { recursive: true, force: true });
    renameSync(aside, target);
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
  console.log(`${addon} is in ${target}`);
}

function readArguments() {
  let parsed;
  try {
    parsed = parseArgs({ allowPositionals: true, options: { into: { type: 'string' } } });
  } catch (error) {
    throw new Refusal(`${error.message}\nUsage: node scripts/build-tfjs-addon.mjs [cpu|gpu] [--into FOLDER]`);
  }
  const [variant = 'cpu', ...rest] = parsed.positionals;
  if (!(variant in variants) || rest.length > 0) {
    throw new Refusal(
      `"${parsed.positionals.join(' ')}" is not known. Usage: node scripts/build-tfjs-addon.mjs [cpu|gpu] [--into FOLDER]`,
    );
  }
  if (variant === 'gpu' && process.arch !== 'x64') {
    throw new Refusal(`There is no TensorFlow package with CUDA for ${process.arch}; build the cpu one.`);
  }
  // As src/config/engine.ts has it: there workers look.
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return { variant, folder: resolve(parsed.values.into ?? join(cache, 'model-zoo', 'tfjs-addon')) };
}

/** @returns the folder whose `include/node` holds the headers of the Node that runs this. */
function requireTools() {
  const missing = [];
  if (process.platform !== 'linux' || process.report.getReport().header.glibcVersionRuntime === undefined) {
    throw new Refusal(
      `TensorFlow's package is for Linux with glibc; this is ${process.platform} (or musl). Use the default engine here.`,
    );
  }
  const has = (command, args) => {
    try {
      execFileSync(command, args, { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  };
  if (!has('c++', ['--version']) && !has('g++', ['--version'])) missing.push('a C++ compiler (Debian: g++)');
  if (!has('make', ['--version'])) missing.push('make');
  if (!has('python3', ['--version'])) missing.push('python3');
  else if (!has('python3', ['-m', 'pip', '--version'])) missing.push('pip for python3 (Debian: python3-pip)');
  const homes = [process.env.npm_config_nodedir, dirname(dirname(process.execPath))];
  const headers = homes.find((home) => home && existsSync(join(home, 'include', 'node', 'node_api.h')));
  if (headers === undefined) {
    missing.push(
      `the headers of Node ${process.version} (they come with the archive from nodejs.org; name its folder in npm_config_nodedir)`,
    );
  }
  if (missing.length > 0) throw new Refusal(`To build the addon, this machine lacks ${missing.join('; ')}.`);
  return headers;
}

/** @returns the folder of the installed package. */
function installPackage(folder, addon) {
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ private: true, dependencies: { [addon]: addonVersion } }),
  );
  run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--silent'], { cwd: folder });
  return join(folder, 'node_modules', addon);
}

/** Puts headers and libraries where the addon's build looks for them, and CUDA where TensorFlow does. */
function unpackTensorflow(folder, home, variant, tensorflow) {
  const script = fileURLToPath(new URL('unpack-tensorflow.py', import.meta.url));
  const wheels = join(folder, 'wheels');
  const deps = join(home, 'deps');
  download(wheels, [`${tensorflow}==${tensorflowVersion}`]);
  run('python3', [script, 'tensorflow', wheels, deps]);
  for (const [link, library] of [
    ['libtensorflow.so', 'libtensorflow_cc.so.2'],
    ['libtensorflow_framework.so', 'libtensorflow_framework.so.2'],
  ]) {
    symlinkSync(library, join(deps, 'lib', link));
  }
  if (variant === 'gpu') {
    const needed = execFileSync('python3', [script, 'cuda-requirements', wheels], { encoding: 'utf8' });
    download(wheels, needed.trim().split('\n'));
    run('python3', [script, 'cuda', wheels, deps]);
  }
  rmSync(wheels, { recursive: true });
}

function download(folder, requirements) {
  const wheelsOf = ['--no-deps', '--only-binary=:all:', '--python-version', pythonVersion];
  run('python3', ['-m', 'pip', 'download', '--quiet', ...wheelsOf, '--dest', folder, ...requirements]);
}

/** Whether the addon computes, in a process of its own. */
function loads(folder, addon) {
  const program = `
    const util = require('node:util');
    util.isNullOrUndefined ??= (value) => value === null || value === undefined; // gone since Node 23
    const tf = require(${JSON.stringify(addon)});
    if (tf.matMul([[2]], [[3]]).dataSync()[0] !== 6) process.exit(1);`;
  try {
    execFileSync(process.execPath, ['-e', program], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2' },
    });
    return true;
  } catch (error) {
    console.error(String(error.stderr ?? error).trim());
    return false;
  }
}

/** What the command says is shown only where it fails. */
function run(command, args, options = {}) {
  try {
    execFileSync(command, args, { stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 2 ** 28, ...options });
  } catch (error) {
    const said = `${error.stdout ?? ''}${error.stderr ?? ''}`.trim().split('\n').slice(-30).join('\n');
    throw new Refusal(`${command} ${args.slice(0, 3).join(' ')} … failed:\n${said || error.message}`);
  }
}

/** What a person can act on; anything else comes with its stack. */
class Refusal extends Error {}

try {
  main();
} catch (error) {
  console.error(error instanceof Refusal ? error.message : error);
  process.exitCode = 1;
}
