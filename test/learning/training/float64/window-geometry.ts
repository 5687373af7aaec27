/** How a window moves over a picture: the same for convolutions and pooling. */
export interface WindowGeometry {
  batch: number;
  height: number;
  width: number;
  channels: number;
  kernelHeight: number;
  kernelWidth: number;
  outHeight: number;
  outWidth: number;
  /** Row and column seen by the tap (ky, kx) of the window at output (oy, ox). May lie outside of the picture. */
  row(oy: number, ky: number): number;
  column(ox: number, kx: number): number;
}

export type Padding = 'same' | 'valid' | number | [number, number][];

export interface WindowAttributes {
  strides: number | [number, number];
  dilations?: number | [number, number];
  pad: Padding;
  dataFormat?: 'NHWC' | 'NCHW';
  dimRoundingMode?: 'floor' | 'round' | 'ceil' | null;
}

/**
 * Works out a window's path as TensorFlow does. SAME gives ⌈extent / stride⌉ outputs and puts the odd pixel of padding at
 * the end; VALID pads nothing.
 *
 * @see https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2
 */
export function windowGeometry(
  [batch, height, width, channels]: [number, number, number, number],
  [kernelHeight, kernelWidth]: [number, number],
  attributes: WindowAttributes,
): WindowGeometry {
  if (attributes.dataFormat === 'NCHW') throw new Error('programs are written channels last');
  const [strideY, strideX] = pair(attributes.strides);
  const [dilationY, dilationX] = pair(attributes.dilations ?? 1);
  const { pad, dimRoundingMode } = attributes;
  const vertical = alongAxis(
    height,
    (kernelHeight - 1) * dilationY + 1,
    strideY,
    sides(pad, 1),
    dimRoundingMode,
  );
  const horizontal = alongAxis(
    width,
    (kernelWidth - 1) * dilationX + 1,
    strideX,
    sides(pad, 2),
    dimRoundingMode,
  );
  return {
    batch,
    height,
    width,
    channels,
    kernelHeight,
    kernelWidth,
    outHeight: vertical.count,
    outWidth: horizontal.count,
    row: (oy, ky) => oy * strideY + ky * dilationY - vertical.before,
    column: (ox, kx) => ox * strideX + kx * dilationX - horizontal.before,
  };
}

/**
 * What one tap of the window sees at every output: [batch · outHeight · outWidth] offsets of pixels, −1 outside.
 */
export function tapOffsets(g: WindowGeometry, ky: number, kx: number): Int32Array {
  const offsets = new Int32Array(g.batch * g.outHeight * g.outWidth);
  let at = 0;
  for (let n = 0; n < g.batch; n++) {
    for (let oy = 0; oy < g.outHeight; oy++) {
      const y = g.row(oy, ky);
      for (let ox = 0; ox < g.outWidth; ox++) {
        const x = g.column(ox, kx);
        const inside = y >= 0 && y < g.height && x >= 0 && x < g.width;
        offsets[at++] = inside ? ((n * g.height + y) * g.width + x) * g.channels : -1;
      }
    }
  }
  return offsets;
}

type Sides = 'same' | [before: number, after: number];

function sides(pad: Padding, axis: 1 | 2): Sides {
  if (pad === 'same') return 'same';
  if (pad === 'valid') return [0, 0];
  if (typeof pad === 'number') return [pad, pad];
  return pad[axis] ?? [0, 0];
}

function alongAxis(
  extent: number,
  window: number,
  stride: number,
  padding: Sides,
  rounding: WindowAttributes['dimRoundingMode'],
): { count: number; before: number } {
  if (padding === 'same') {
    const count = Math.ceil(extent / stride);
    return { count, before: Math.floor(Math.max((count - 1) * stride + window - extent, 0) / 2) };
  }
  const [before, after] = padding;
  const steps = (extent + before + after - window) / stride;
  return { count: Math[rounding ?? 'floor'](steps) + 1, before };
}

function pair(value: number | [number, number]): [number, number] {
  return typeof value === 'number' ? [value, value] : value;
}
