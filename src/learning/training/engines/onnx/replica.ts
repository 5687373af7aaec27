import { Tensor } from 'onnxruntime-node';
import type { LoweredPort } from '../../lower/lowered-graph.js';
import { isState, tensorNames } from '../../programs/tensor-names.js';
import type { UpdateFacts } from '../check-own-functions.js';
import { allocate, dataOf, openBoundSession, type BoundSession, type Tensors } from './bound-session.js';
import type { NamedData, ReplicaData, ReplicaRequests, SharedModel } from './replica-protocol.js';
import { raiseSharedVersion, sharedNames, sharedVersion, sharedView } from './shared-tensors.js';
import { partName } from './summed-programs.js';

type Asked<Kind extends keyof ReplicaRequests> = ReplicaRequests[Kind]['request'];
type Answered<Kind extends keyof ReplicaRequests> = Promise<ReplicaRequests[Kind]['answer']>;

/**
 * One copy of the network under training, on a thread of its own. Of the weights that training changes each replica moves
 * a share and keeps the optimizer's slots for it; the rest it takes over from the others before it computes with them.
 */
export class Replica {
  /** The share's weights and slots. */
  private state: Tensors;
  /** Where the next state is written; then the two change places. */
  private nextState: Tensors;
  /** Weights that other replicas move. */
  private readonly otherWeights: Tensors;
  /** Gradients and statistics of the last run, or summed over the runs of a batch. */
  private sums: Tensors;
  private nextSums: Tensors;
  /** Zeros, where sums go on from those before. */
  private readonly nothing: Tensors;
  /** The other replicas' gradients of the share, under the names of further parts. */
  private readonly otherSums: Tensors[];
  /** Loss and logits. */
  private readonly results: Tensors;
  private readonly normResult = allocate([normPort]);
  /** What an update gives beside the state. */
  private readonly facts: Tensors;
  private scoring: Promise<{ session: BoundSession; results: Tensors }> | undefined;
  private weightsVersion = 0;

  static async open(data: ReplicaData): Promise<Replica> {
    const open = (model: SharedModel | undefined) =>
      model === undefined ? undefined : openBoundSession(model);
    return new Replica(
      data,
      await openBoundSession(data.gradients),
      await open(data.update),
      await open(data.norm),
    );
  }

  private constructor(
    private readonly data: ReplicaData,
    private readonly gradientSession: BoundSession,
    private readonly updateSession: BoundSession | undefined,
    private readonly normSession: BoundSession | undefined,
  ) {
    const { gradients, scores, update, weights } = data;
    const own = stateOutputs(update);
    const isOwn = new Set(own.map(({ name }) => name));
    const isOther = new Set(sharedNames(weights).filter((name) => !isOwn.has(name)));
    this.state = allocate(own);
    this.nextState = allocate(own);
    this.otherWeights = allocate(
      [...gradients.inputs, ...scores.inputs].filter(({ name }) => isOther.has(name)),
    );
    this.sums = allocate(sumOutputs(gradients));
    this.nextSums = allocate(sumOutputs(gradients));
    this.nothing = allocate(gradients.inputs.filter(({ name }) => name.endsWith('#1')));
    this.otherSums = data.otherSums.map((_, index) =>
      allocate(update?.inputs.filter(({ name }) => name.endsWith(`#${index + 1}`)) ?? []),
    );
    this.results = allocate(gradients.outputs.filter((port) => !isSum(port)));
    this.facts = allocate(factOutputs(update));
  }

  async gradients({ parts }: Asked<'gradients'>): Answered<'gradients'> {
    this.takeOverWeights();
    const losses: number[] = [];
    const logits: Float32Array[] = [];
    let before = this.nothing;
    for (const part of parts) {
      await this.gradientSession.run(
        { ...this.weights(), ...before, ...tensorsOf(part, this.data.gradients) },
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

  async norm(): Answered<'norm'> {
    if (this.normSession === undefined) return { gradientNorm: 0 };
    await this.normSession.run(this.takeOverSums(), this.normResult);
    return { gradientNorm: this.foundNorm() };
  }

  async update({ scalars }: Asked<'update'>): Answered<'update'> {
    if (this.updateSession === undefined) return { gradientNorm: 0, facts: {} };
    const numbers = Object.entries(scalars).map(([name, value]) => [
      name,
      new Tensor('float32', Float32Array.of(value), []),
    ]);
    await this.updateSession.run(
      { ...this.state, ...this.takeOverSums(), ...Object.fromEntries(numbers) },
      { ...this.nextState, ...this.normResult, ...this.facts },
    );
    this.exchangeStates();
    const facts = Object.keys(this.facts).map((name) => [name, dataOf(this.facts, name)[0] ?? NaN]);
    return { gradientNorm: this.foundNorm(), facts: Object.fromEntries(facts) as UpdateFacts };
  }

  async revert(): Answered<'revert'> {
    this.exchangeStates();
    return {};
  }

  async score({ inputs }: Asked<'score'>): Answered<'score'> {
    this.takeOverWeights();
    const { scores } = this.data;
    this.scoring ??= openBoundSession(scores).then((session) => ({
      session,
      results: allocate(scores.outputs),
    }));
    const { session, results } = await this.scoring;
    await session.run({ ...this.weights(), ...tensorsOf({ inputs }, scores) }, results);
    return { logits: dataOf(results, tensorNames.logits).slice() };
  }

  async read(): Answered<'read'> {
    const names = Object.keys(this.state);
    return { tensors: Object.fromEntries(names.map((name) => [name, dataOf(this.state, name).slice()])) };
  }

  async write({ tensors }: Asked<'write'>): Answered<'write'> {
    for (const name of Object.keys(this.state)) dataOf(this.state, name).set(tensors[name] ?? []);
    this.handOverWeights();
    return {};
  }

  private weights(): Tensors {
    return { ...this.state, ...this.otherWeights };
  }

  private foundNorm(): number {
    return dataOf(this.normResult, tensorNames.gradientNorm)[0] ?? NaN;
  }

  private exchangeStates(): void {
    [this.state, this.nextState] = [this.nextState, this.state];
    this.handOverWeights();
  }

  private takeOverWeights(): void {
    const { weights } = this.data;
    const version = sharedVersion(weights);
    if (version === this.weightsVersion) return;
    for (const name of Object.keys(this.otherWeights)) {
      dataOf(this.otherWeights, name).set(sharedView(weights, name));
    }
    this.weightsVersion = version;
  }

  private handOverWeights(): void {
    const { weights } = this.data;
    for (const name of sharedNames(weights).filter((shared) => shared in this.state)) {
      sharedView(weights, name).set(dataOf(this.state, name));
    }
    raiseSharedVersion(weights);
  }

  /** The share's gradients: this replica's own, and the others' as further parts. */
  private takeOverSums(): Tensors {
    this.data.otherSums.forEach((others, index) => {
      const own = this.otherSums[index] ?? {};
      for (const name of sharedNames(others)) {
        const part = partName(name, index + 1);
        if (part in own) dataOf(own, part).set(sharedView(others, name));
      }
    });
    return { ...this.sums, ...(Object.assign({}, ...this.otherSums) as Tensors) };
  }

  private handOverSums(): void {
    const { ownSums } = this.data;
    for (const name of sharedNames(ownSums)) sharedView(ownSums, name).set(dataOf(this.sums, name));
  }
}

const normPort: LoweredPort = {
  name: tensorNames.gradientNorm,
  tensor: tensorNames.gradientNorm,
  shape: [],
  dtype: 'float32',
};

function stateOutputs(update: SharedModel | undefined): LoweredPort[] {
  return (update?.outputs ?? []).filter(({ name }) => isState(name));
}

function factOutputs(update: SharedModel | undefined): LoweredPort[] {
  return (update?.outputs ?? []).filter(({ name }) => !isState(name) && name !== tensorNames.gradientNorm);
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
