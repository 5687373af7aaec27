import { GraphQLSafeInt } from 'graphql-scalars';
import { Field, Float, Int, ObjectType, registerEnumType } from 'type-graphql';
import type {
  CutPoint,
  InputSizes,
  InputSpec,
  LayerSummary,
  ModelManifest,
} from '../../learning/model-manifest.js';

export const ModelFormat = { TFJS_LAYERS: 'tfjs-layers' } as const;
registerEnumType(ModelFormat, {
  name: 'ModelFormat',
  description: 'How a model’s files are laid out.',
  valuesConfig: {
    TFJS_LAYERS: { description: 'model.json and weight shards, as tf.loadLayersModel reads.' },
  },
});

export const ResizeMode = { STRETCH: 'stretch', COVER: 'cover' } as const;
registerEnumType(ResizeMode, {
  name: 'ResizeMode',
  description: 'How a picture is brought to the size of the input.',
  valuesConfig: {
    STRETCH: { description: 'Without regard for its aspect ratio.' },
    COVER: { description: 'Fills the input and crops the centre.' },
  },
});

export const Interpolation = { BILINEAR: 'bilinear', BICUBIC: 'bicubic', NEAREST: 'nearest' } as const;
registerEnumType(Interpolation, {
  name: 'Interpolation',
  description: 'How pixels between pixels are found when resizing.',
  valuesConfig: {
    BILINEAR: { description: 'From the four around.' },
    BICUBIC: { description: 'From the sixteen around.' },
    NEAREST: { description: 'The nearest one.' },
  },
});

@ObjectType('InputSpec', {
  description:
    'How a picture becomes the network’s input: value = (pixel / 255 · (max − min) + min − mean) / std, float32 [batch, height, width, channels].',
  simpleResolvers: true,
})
export class InputSpecType implements InputSpec {
  @Field(() => Int, { description: 'Pixels.' })
  height: number;
  @Field(() => Int, { description: 'Pixels.' })
  width: number;
  @Field(() => Int, { description: '1 for grey, 3 for RGB.' })
  channels: number;
  @Field(() => [Float], { description: 'Values of black and white.' })
  range: [number, number];
  @Field(() => [Float], { description: 'Per channel, subtracted after scaling to the range.' })
  mean: number[];
  @Field(() => [Float], { description: 'Per channel, divided by after subtracting the mean.' })
  std: number[];
  @Field(() => ResizeMode, { description: 'How the picture is brought to size.' })
  resize: 'stretch' | 'cover';
  @Field(() => Interpolation, { description: 'How pixels between pixels are found.' })
  interpolation: 'bilinear' | 'bicubic' | 'nearest';
}

@ObjectType('InputSizes', { description: 'Which picture sizes the layers accept.', simpleResolvers: true })
export class InputSizesType {
  @Field(() => Boolean, {
    description:
      'Whether exactly one size is accepted: height and width are that size, otherwise the smallest.',
  })
  pinned: boolean;
  @Field(() => Int, { description: 'Pixels.' })
  height: number;
  @Field(() => Int, { description: 'Pixels.' })
  width: number;
  @Field(() => String, { nullable: true, description: 'The layer that needs exactly this size.' })
  pinnedBy: string | null;

  static of(sizes: InputSizes): InputSizesType {
    return sizes.kind === 'pinned'
      ? { pinned: true, height: sizes.height, width: sizes.width, pinnedBy: sizes.pinnedBy }
      : { pinned: false, height: sizes.minimumHeight, width: sizes.minimumWidth, pinnedBy: null };
  }
}

@ObjectType('Layer', { description: 'A layer of the network.', simpleResolvers: true })
export class LayerType implements LayerSummary {
  @Field(() => String, { description: 'Unique within the network.' })
  name: string;
  @Field(() => String, { description: 'Keras class, for example Conv2D.' })
  className: string;
  @Field(() => [Int], { nullable: 'items', description: 'Batch first; null where it varies.' })
  outputShape: (number | null)[];
  @Field(() => GraphQLSafeInt, { description: 'Weights of this layer.' })
  parameterCount: number;
}

@ObjectType('CutPoint', {
  description: 'A layer after which the network can be cut: one tensor carries everything that follows.',
  simpleResolvers: true,
})
export class CutPointType implements CutPoint {
  @Field(() => String, { description: 'Name of the last layer before the cut.' })
  layer: string;
  @Field(() => [Int], { nullable: 'items', description: 'Of the tensor at the cut; batch first.' })
  outputShape: (number | null)[];
  @Field(() => GraphQLSafeInt, { description: 'Weights of all layers up to and including this one.' })
  parametersBefore: number;
  @Field(() => Boolean, { description: 'Whether a block of the architecture ends here.' })
  blockBoundary: boolean;
}

@ObjectType('ModelManifest', {
  description: 'What the zoo knows of a model’s insides, derived from its files, never typed by hand.',
  simpleResolvers: true,
})
export class ModelManifestType {
  @Field(() => ModelFormat, { description: 'How the files are laid out.' })
  format: string;
  @Field(() => String, { description: 'Keras class of the network: Functional or Sequential.' })
  topology: string;
  @Field(() => InputSpecType, { description: 'How pictures are prepared.' })
  input: InputSpecType;
  @Field(() => InputSizesType, { description: 'Which sizes the layers accept.' })
  inputSizes: InputSizesType;
  @Field(() => [String], {
    nullable: true,
    description: 'Name of each output unit; null where none are known.',
  })
  labels: string[] | null;
  @Field(() => [Int], { nullable: 'items', description: 'Batch first.' })
  outputShape: (number | null)[];
  @Field(() => [LayerType], { description: 'From input to output.' })
  layers: LayerType[];
  @Field(() => [CutPointType], { description: 'Where the network can be cut, from input to output.' })
  cutPoints: CutPointType[];
  @Field(() => GraphQLSafeInt, { description: 'Weights of all layers.' })
  parameterCount: number;

  static of(manifest: ModelManifest): ModelManifestType {
    return { ...manifest, inputSizes: InputSizesType.of(manifest.inputSizes) };
  }
}
