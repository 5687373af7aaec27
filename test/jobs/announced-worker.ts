import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { WorkerPresence, type WorkerFacts } from '../../src/jobs/worker/worker-presence.js';
import type { AnnouncedStrategy, RefusedStrategy } from '../../src/zoo/job-types.js';
import type { Zoo } from '../../src/zoo/zoo.js';

/** A worker that is there and announces, as a real one does, but takes no jobs. */
export interface AnnouncedWorker {
  id: string;
  /** Says that it has these from now on, and nothing else. */
  announce(strategies: AnnouncedStrategy[], refused?: RefusedStrategy[]): Promise<void>;
  leave(): Promise<void>;
}

export async function announceWorker(
  zoo: Zoo,
  strategies: AnnouncedStrategy[],
  facts: Partial<WorkerFacts> = {},
): Promise<AnnouncedWorker> {
  const id = randomUUID();
  const presence = new WorkerPresence(
    zoo,
    id,
    {
      version: '0.1.0',
      engine: 'onnxruntime',
      device: 'CPU',
      hasGpu: false,
      jobMemoryBytes: 2 ** 32,
      ...facts,
    },
    { onBeat: () => Promise.resolve(undefined) },
  );
  await presence.announce({ strategies, refused: [] });
  return {
    id,
    announce: (now, refused = []) => presence.announce({ strategies: now, refused }),
    leave: () => presence.withdraw(),
  };
}

/** A strategy of someone's package, as a worker announces it. */
export function announcedStrategy({
  name = 'prototypes',
  version = '1.2.0',
  digest = 'a'.repeat(64),
  package: packageName = 'zoo-prototypes',
  parameters = prototypeParameters,
  needs = {},
  estimates = false,
}: {
  name?: string;
  version?: string;
  digest?: string;
  package?: string;
  parameters?: z.ZodObject;
  needs?: Partial<AnnouncedStrategy['needs']>;
  estimates?: boolean;
} = {}): AnnouncedStrategy {
  return {
    name,
    version,
    summary: 'The nearest class prototype.',
    parametersSchema: z.toJSONSchema(parameters.strict(), { target: 'draft-2020-12', io: 'input' }),
    needs: { tasks: ['image-classification'], formats: ['tfjs-layers'], gpu: 'none', ...needs },
    estimates,
    package: { name: packageName, version, digest },
    contract: '1.0',
  };
}

/** Every kind of field that the tests hold something against. */
const prototypeParameters = z.object({
  metric: z.enum(['euclidean', 'cosine']).default('cosine').meta({ description: 'how far is far' }),
  temperature: z
    .number()
    .min(0.01)
    .max(100)
    .default(1)
    .meta({ title: 'Temperature', description: 'how sure', unit: 'logits', group: 'Output', advanced: true }),
  neighbours: z.int().min(1).max(50).optional().meta({ description: 'how many' }),
  layers: z.array(z.string().min(1)).max(3).default([]).meta({ description: 'which' }),
});
