import type { LoweredPort } from '../../lower/lowered-graph.js';
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
  /** Of the leader, which alone has the optimizer. */
  update?: SharedModel;
  /** What training changes. The leader writes it, the others read it. */
  weights: SharedTensors;
  /** Where this replica leaves its gradients; the leader keeps its own to itself. */
  ownSums?: SharedTensors;
  /** Of the leader: the gradients of the others, in the order in which they are added. */
  otherSums: SharedTensors[];
}

/** Tensors by the programs' names, in the order of axes of their ports. */
export type NamedData = Record<string, Float32Array>;

/** What a replica can be asked for. */
export interface ReplicaRequests {
  /** Gradients of several parts of a batch, added up and kept. */
  gradients: { request: { parts: NamedData[] }; answer: { losses: number[]; logits: Float32Array[] } };
  /** The optimizer's step from the kept gradients of all replicas. Nothing changes if the norm is not finite. */
  update: { request: { scalars: Record<string, number> }; answer: { gradientNorm: number } };
  score: { request: { inputs: Float32Array }; answer: { logits: Float32Array } };
  /** Copies of weights and slots. */
  read: { request: object; answer: { tensors: NamedData } };
  write: { request: { tensors: NamedData }; answer: object };
}

export type ReplicaRequest = {
  [Kind in keyof ReplicaRequests]: { kind: Kind } & ReplicaRequests[Kind]['request'];
}[keyof ReplicaRequests];

/** The first answer, empty, says that the thread stands; each further one answers a request. */
export type ReplicaAnswer = { answer: object } | { error: string };
