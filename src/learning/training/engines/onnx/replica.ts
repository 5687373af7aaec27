import { Tensor } from 'onnxruntime-node';
import type { LoweredPort } from '../../lower/lowered-graph.js';
import { tensorNames } from '../../programs/tensor-names.js';
import { allocate, dataOf, openBoundSession, type BoundSession, type Tensors } from './bound-session.js';
import type { NamedData, ReplicaData, ReplicaRequests, SharedModel } from './replica-protocol.js';
import { raiseSharedVersion, sharedNames, sharedVersion, sharedView } from './shared-tensors.js';
import { partName } from './summed-programs.js';

type Asked<Kind extends keyof ReplicaRequests> = ReplicaRequests[Kind]['request'];
type Answered<Kind extends keyof ReplicaRequests> = Promise<ReplicaRequests[Kind]['answer']>;

/**
 * One copy of the network under training, on a thread of its own. One of them, the leader, also keeps the optimizer's
 * slots and moves the weights; the others take the new weights over before they compute with them.
 */
export class Replica {
  /** Weights, and in the leader slots. */
  private state: Tensors;
  /** Where the next state is written; then the two change places. */
  private nextState: Tensors;
  /** Gradients and statistics of the last run, or summed over the runs of a batch. */
  private sums: Tensors;
  private nextSums: Tensors;
  /** Zeros, where sums go on from those before. */
  private readonly nothing: Tensors;
  /** Of the leader: the sums of the other replicas, under the names of further parts. */
  private readonly otherSums: Tensors[];
  /** Loss and logits. */
  private readonly results: Tensors;
  private readonly norm: Tensors;
  private scoring: Promise<{ session: BoundSession; results: Tensors }> | undefined;
  private weightsVersion = 0;

  static async open(data: ReplicaData): Promise<Replica> {
    const gradients = await openBoundSession(data.gradients);
    return new Replica(
      data,
      gradients,
      data.update === undefined ? undefined : await openBoundSession(data.update),
    );
  }

  private constructor(
    private readonly data: ReplicaData,
    private readonly gradientSession: BoundSession,
    private readonly updateSession: BoundSession | undefined,
  ) {
    const { gradients, scores, update, weights } = data;
    const known = new Set(sharedNames(weights));
    const weightPorts = [...gradients.inputs, ...scores.inputs].filter(({ name }) => known.has(name));
    this.state = allocate(update === undefined ? weightPorts : stateOutputs(update));
    this.nextState = allocate(update === undefined ? [] : stateOutputs(update));
    this.norm = allocate(update?.outputs.filter(({ name }) => name === tensorNames.gradientNorm) ?? []);
    this.sums = allocate(sumOutputs(gradients));
    this.nextSums = allocate(sumOutputs(gradients));
    this.nothing = allocate(gradients.inputs.filter(({ name }) => name.endsWith('#1')));
    this.otherSums = data.otherSums.map((_, index) =>
      allocate(update?.inputs.filter(({ name }) => name.endsWith(`#${index + 1}`)) ?? []),
    );
    this.results = allocate(gradients.outputs.filter((port) => !isSum(port)));
  }

  async gradients({ parts }: Asked<'gradients'>): Answered<'gradients'> {
    this.takeOverWeights();
    const losses: number[] = [];
    const logits: Float32Array[] = [];
    let before = this.nothing;
    for (const part of parts) {
      await this.gradientSession.run(
        { ...this.state, ...before, ...tensorsOf(part, this.data.gradients) },
        { ...this.results, ...this.nextSums },
      );
      [this.sums, this.nextSums] = [this.nextSums, this.sums];
      before = asPart(this.sums, 1);
      losses.push(dataOf(this.results, tensorNames.loss)[0] ?? NaN);
      logits.push(dataOf(this.results, tensorNames.logits).slice());
    }
    this.handOverSums();
    return { losses, logits };
  }

  async update({ scalars }: Asked<'update'>): Answered<'update'> {
    if (this.updateSession === undefined) throw new Error('only the leader has the optimizer');
    const numbers = Object.entries(scalars).map(([name, value]) => [
      name,
      new Tensor('float32', Float32Array.of(value), []),
    ]);
    await this.updateSession.run(
      { ...this.state, ...this.sums, ...this.takeOverSums(), ...Object.fromEntries(numbers) },
      { ...this.nextState, ...this.norm },
    );
    const [gradientNorm = NaN] = dataOf(this.norm, tensorNames.gradientNorm);
    if (Number.isFinite(gradientNorm)) {
      [this.state, this.nextState] = [this.nextState, this.state];
      this.handOverWeights();
    }
    return { gradientNorm };
  }

  async score({ inputs }: Asked<'score'>): Answered<'score'> {
    this.takeOverWeights();
    const { scores } = this.data;
    this.scoring ??= openBoundSession(scores).then((session) => ({
      session,
      results: allocate(scores.outputs),
    }));
    const { session, results } = await this.scoring;
    await session.run({ ...this.state, ...tensorsOf({ inputs }, scores) }, results);
    return { logits: dataOf(results, tensorNames.logits).slice() };
  }

  async read(): Answered<'read'> {
    const names = this.stateNames();
    return { tensors: Object.fromEntries(names.map((name) => [name, dataOf(this.state, name).slice()])) };
  }

  async write({ tensors }: Asked<'write'>): Answered<'write'> {
    for (const name of this.stateNames()) dataOf(this.state, name).set(tensors[name] ?? []);
    this.handOverWeights();
    return {};
  }

  private stateNames(): string[] {
    return this.data.update === undefined ? [] : stateOutputs(this.data.update).map(({ name }) => name);
  }

  private takeOverWeights(): void {
    const { weights, update } = this.data;
    const version = sharedVersion(weights);
    if (update !== undefined || version === this.weightsVersion) return;
    for (const name of Object.keys(this.state)) dataOf(this.state, name).set(sharedView(weights, name));
    this.weightsVersion = version;
  }

  private handOverWeights(): void {
    const { weights } = this.data;
    for (const name of sharedNames(weights)) sharedView(weights, name).set(dataOf(this.state, name));
    raiseSharedVersion(weights);
  }

  private takeOverSums(): Tensors {
    this.data.otherSums.forEach((others, index) => {
      for (const name of sharedNames(others)) {
        dataOf(this.otherSums[index] ?? {}, partName(name, index + 1)).set(sharedView(others, name));
      }
    });
    return Object.assign({}, ...this.otherSums) as Tensors;
  }

  private handOverSums(): void {
    const { ownSums } = this.data;
    if (ownSums === undefined) return;
    for (const name of sharedNames(ownSums)) sharedView(ownSums, name).set(dataOf(this.sums, name));
  }
}

function stateOutputs({ outputs }: SharedModel): LoweredPort[] {
  return outputs.filter(({ name }) => name !== tensorNames.gradientNorm);
}

function sumOutputs({ outputs }: SharedModel): LoweredPort[] {
  return outputs.filter(isSum);
}

/** Gradients, and what the batch says of normalised layers. */
function isSum({ name }: LoweredPort): boolean {
  return name !== tensorNames.loss && name !== tensorNames.logits;
}

/** The same tensors, named as a further part of theirs. */
function asPart(tensors: Tensors, part: number): Tensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [partName(name, part), tensor]));
}

function tensorsOf(data: NamedData, { inputs }: SharedModel): Tensors {
  return Object.fromEntries(
    inputs.flatMap(({ name, shape }) => {
      const given = data[name];
      return given === undefined ? [] : [[name, new Tensor('float32', given, shape)]];
    }),
  );
}
