import { test } from 'node:test';
import { conformanceChecks } from 'modelzoo/plugin/testing';
import strategy from '../dist/index.js';

for (const { name, skip, run } of conformanceChecks(strategy)) test(name, { skip }, run);
