import { Gate } from './gate.js';
import { createJobsFixture, type JobsFixture } from './support.js';
import { startWorkerProcess, type WorkerProcess } from './worker-process.js';

/** A zoo with leases of three seconds, workers in processes of their own, and a gate to hold them up at. */
export class KillStand {
  readonly #workers: WorkerProcess[] = [];

  private constructor(
    readonly fixture: JobsFixture,
    readonly gate: Gate,
    private readonly environment: Record<string, string>,
  ) {}

  /** @param environment what every worker sees beside what it has to. */
  static async open(environment: Record<string, string> = {}): Promise<KillStand> {
    // Each killed or paused worker is waited for this long.
    const fixture = await createJobsFixture({ ZOO_LEASE_SECONDS: '3' });
    return new KillStand(fixture, await Gate.open(fixture.zoo.database), environment);
  }

  async startWorker(environment: Record<string, string> = {}): Promise<WorkerProcess> {
    const worker = await startWorkerProcess(this.fixture, { ...this.environment, ...environment });
    this.#workers.push(worker);
    return worker;
  }

  /** Kills a new worker at a step of its work, and starts another. */
  async killAt(...step: Parameters<Gate['shut']>): Promise<void> {
    await this.gate.shut(...step);
    const victim = await this.startWorker();
    await this.gate.reached();
    await victim.kill();
    await this.gate.remove();
    await this.startWorker();
  }

  /** After each test: nobody waits at the gate, and no worker runs. */
  async clear(): Promise<void> {
    await this.gate.remove();
    await Promise.all(this.#workers.splice(0).map((worker) => worker.kill()));
  }

  async close(): Promise<void> {
    await this.clear();
    await this.gate.close();
    await this.fixture.close();
  }
}
