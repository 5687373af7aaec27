import { listenForTests } from './shared-servers.js';

/** Runs once around all test files: lets them share real servers, and stops those at the end. */
export default async function setup(): Promise<() => Promise<void>> {
  return listenForTests();
}
