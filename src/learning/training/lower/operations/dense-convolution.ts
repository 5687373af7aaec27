import { windowAttributes, type WindowGeometry } from '../window-geometry.js';

/** Whether every pixel of the output has a window of its own, and padding does not reach past it. */
export function isDense({ strides, dilations, pads, ...geometry }: WindowGeometry): boolean {
  const reach = [(geometry.kernelHeight - 1) * dilations[0], (geometry.kernelWidth - 1) * dilations[1]];
  const [height = 0, width = 0] = reach;
  return (
    strides[0] === 1 &&
    strides[1] === 1 &&
    Math.max(pads[0], pads[2]) <= height &&
    Math.max(pads[1], pads[3]) <= width
  );
}

/** Of the convolution by the mirrored kernel that undoes a dense one. */
export function mirroredAttributes(geometry: WindowGeometry): ReturnType<typeof windowAttributes> {
  const [down, right] = [
    (geometry.kernelHeight - 1) * geometry.dilations[0],
    (geometry.kernelWidth - 1) * geometry.dilations[1],
  ];
  const [padTop, padLeft, padBottom, padRight] = geometry.pads;
  return {
    ...windowAttributes(geometry),
    pads: [down - padTop, right - padLeft, down - padBottom, right - padRight],
  };
}
