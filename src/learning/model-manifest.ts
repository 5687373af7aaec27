/** What the zoo knows of a model's insides, derived from its files by the strict loader. */
export interface ModelManifest {
  format: 'tfjs-layers';
  /** Keras class of the network: Functional (also called Model) or Sequential. */
  topology: 'Functional' | 'Sequential';
  input: InputSpec;
  inputSizes: InputSizes;
  /** Name of each output unit, or null where none are known. Its length is the number of output units. */
  labels: string[] | null;
  outputShape: (number | null)[];
  layers: LayerSummary[];
  /** Where the network can be cut, from input to output: one tensor carries everything that follows. */
  cutPoints: CutPoint[];
  parameterCount: number;
}

/** How a picture becomes the network's input, float32 [batch, height, width, channels]: value = (pixel / 255 · (max − min) + min − mean) / std. */
export interface InputSpec {
  height: number;
  width: number;
  channels: number;
  /** Values of black and white, for example [0, 1] or [-1, 1]. */
  range: [min: number, max: number];
  /** Per channel, subtracted after scaling to `range`. */
  mean: number[];
  /** Per channel, divided by after subtracting `mean`. */
  std: number[];
  /** `stretch` ignores the aspect ratio; `cover` fills the square and crops the centre. */
  resize: 'stretch' | 'cover';
  interpolation: 'bilinear' | 'bicubic' | 'nearest';
}

/** Which picture sizes the layers accept. */
export type InputSizes =
  | { kind: 'any'; minimumHeight: number; minimumWidth: number }
  /** `pinnedBy` names the layer that needs exactly this size (a Dense after a Flatten, say). */
  | { kind: 'pinned'; height: number; width: number; pinnedBy: string };

/** A layer of a network, by its name. */
export interface LayerSummary {
  name: string;
  className: string;
  /** Without the batch dimension's value: [null, 7, 7, 320]. */
  outputShape: (number | null)[];
  parameterCount: number;
}

/** A layer after which the network can be cut: no other tensor crosses the cut. */
export interface CutPoint {
  /** Name of the last layer before the cut. */
  layer: string;
  outputShape: (number | null)[];
  /** Parameters of all layers up to and including this one. */
  parametersBefore: number;
  /** Whether a block of the architecture ends here (after an Add, Concatenate, pooling or a stage's last activation). */
  blockBoundary: boolean;
}
