/** A recorded graph as an ONNX model, with what its caller must know to feed it. */
export interface LoweredGraph {
  bytes: Uint8Array;
  inputs: LoweredPort[];
  outputs: LoweredPort[];
}

/** A named tensor that goes in or comes out. */
export interface LoweredPort {
  name: string;
  /** Its name in the model, where inputs and outputs must not share one. */
  tensor: string;
  /** As the program says it. */
  shape: number[];
  dtype: 'float32' | 'int32';
  /**
   * Order of axes in which the model takes or gives it, where that is not the program's own: axis i of the model's
   * tensor is axis `layout[i]` of the program's. A weight and its successor share a layout, so state can stay in it.
   */
  layout?: number[];
}

/** How a graph is lowered. What is left out gives plain ONNX in the program's own layouts. */
export interface LoweringOptions {
  /** Ports that are taken or given in another order of axes, by name. */
  layouts?: Record<string, readonly number[]>;
  /** Channels in a block of ONNX Runtime's NCHWc form, as `probeNchwc` found; 0: that form is not used. */
  blockSize?: number;
}
