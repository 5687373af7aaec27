import { test } from 'node:test';
import { conformanceChecks } from 'modelzoo/plugin/testing';
import strategy from '../dist/index.js';

const parameters = { epochs: 6, learningRate: 0.1, studentSize: 16, width: 8 };
const checks = conformanceChecks(strategy, { parameters });
for (const { name, skip, run } of checks) test(name, { skip }, run);
