import { test } from 'node:test';
import { conformanceChecks } from 'modelzoo/plugin/testing';
import strategy from '../dist/index.js';

const checks = conformanceChecks(strategy, { parameters: { epochs: 8, studentSize: 16, width: 8 } });
for (const { name, skip, run } of checks) test(name, { skip }, run);
