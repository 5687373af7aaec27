import { test } from 'node:test';
import { conformanceChecks } from 'modelzoo/plugin/testing';
import strategy from '../src/index.js';

// What every strategy has to do. It draws pictures and a small network of its own, and downloads nothing.
for (const { name, skip, run } of conformanceChecks(strategy)) test(name, { skip }, run);
