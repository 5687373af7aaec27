import { z } from 'zod';

/** The parameter of every strategy whose network can take pictures of another size than its own. */
export const inputSizeParameter = z
  .int()
  .min(16)
  .max(2048)
  .optional()
  .meta({
    title: 'Input size',
    description:
      'Height and width in pixels at which pictures enter the network, where its layers allow it: smaller is quicker, ' +
      'larger sees more detail. Left out: the size the base model was published with.',
    group: 'Network',
    unit: 'pixels',
  });
