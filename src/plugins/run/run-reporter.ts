/** What a run can tell those who wait for it. */
export interface RunReporter {
  progress(phase: string, done: number, total: number): void;
  metric(name: string, value: number, step: number): void;
  log(message: string): void;
}
