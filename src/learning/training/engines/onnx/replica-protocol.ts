import type { LoweredPort } from '../../lower/lowered-graph.js';
import type { UpdateFacts } from '../check-own-functions.js';
import type { SharedTensors } from './shared-tensors.js';

/** A lowered graph as threads share it, and how many CPU threads each may use for it. */
export interface SharedModel {
  bytes: SharedArrayBuffer;
  inputs: LoweredPort[];
  outputs: LoweredPort[];
  threads: number;
}

/** What a replica's thread is started with. */
export interface ReplicaData {
  gradients: SharedModel;
  scores: SharedModel;
  /** Moves this replica's share of the weights; left out where it has none. */
  update?: SharedModel;
  /** Where gradients are clipped: the norm of this share's. */
  norm?: SharedModel;
  /** What training changes. Every replica writes its share and reads the rest. */
  weights: SharedTensors;
  /** Where this replica leaves its gradients of others' shares. */
  ownSums: SharedTensors;
  /** What the others leave, in the order in which it is added. */
  otherSums: SharedTensors[];
}

/** Tensors by the programs' names, in the order of axes of their ports. */
export type NamedData = Record<string, Float32Array>;

/** What a replica can be asked for. */
export interface ReplicaRequests {
  /** Gradients of several parts of a batch, added up and kept. */
  gradients: { request: { parts: NamedData[] }; answer: { losses: number[]; logits: Float32Array[] } };
  /** Norm of the share's gradients, summed over all replicas. */
  norm: { request: object; answer: { gradientNorm: number } };
  /** The optimizer's step of the share from the gradients of all replicas. The norm is that of the mean loss. */
  update: {
    request: { scalars: Record<string, number> };
    answer: { gradientNorm: number; facts: UpdateFacts };
  };
  /** Takes the last update back. */
  revert: { request: object; answer: object };
  score: { request: { inputs: Float32Array }; answer: { logits: Float32Array } };
  /** Copies of the share's weights and slots. */
  read: { request: object; answer: { tensors: NamedData } };
  write: { request: { tensors: NamedData }; answer: object };
}

export type ReplicaRequest = {
  [Kind in keyof ReplicaRequests]: { kind: Kind } & ReplicaRequests[Kind]['request'];
}[keyof ReplicaRequests];

/** The first answer, empty, says that the thread stands; each further one answers a request. */
export type ReplicaAnswer = { answer: object } | { error: string };
