/** Where to cut a network and what to make of the tensor there. */
export interface FeatureCut {
  /** Name of a cut point of the model's manifest. */
  layer: string;
  /** `average`: mean over height and width, [channels]. `flatten`: [height · width · channels], row-major. A vector stays as it is. */
  pooling: 'average' | 'flatten';
}
