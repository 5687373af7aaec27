import { z } from 'zod';

/** Whether a text can be the name of an account, a model or a data set. */
const namePattern = /^[a-z0-9][a-z0-9._-]{0,95}$/;

/** A name of an account, a model or a data set: what stands on either side of the slash in `owner/name`. */
export const nameSchema = z
  .string()
  .regex(namePattern, {
    error:
      'must be 1 to 96 characters of a-z, 0-9, dot, dash and underscore, beginning with a letter or digit',
    abort: true,
  })
  .refine((name) => !name.includes('..') && !name.endsWith('.git'), 'must not contain ".." or end in ".git"');

/** An alias of a version. A number would be taken for a version's, and `latest` always means the newest. */
export const aliasSchema = nameSchema
  .refine((alias) => alias !== 'latest', '"latest" is reserved: it always means the newest version')
  .refine((alias) => !/^\d+$/.test(alias), 'must not be a number: numbers name versions');

/** A tag of a model or data set. */
const tagSchema = z
  .string()
  .regex(
    /^[\p{L}\p{N}][\p{L}\p{N}:._/+ -]{0,63}$/u,
    'must be 1 to 64 letters, digits, spaces or any of : . _ / + -',
  );

export const tagsSchema = z
  .array(tagSchema)
  .max(64, 'at most 64 tags')
  .transform((tags) => [...new Set(tags)]);

/** Hub task ids are lower-case with dashes. */
export const taskSchema = z
  .string()
  .regex(
    /^[a-z0-9]+(-[a-z0-9]+)*$/,
    'must be a task id in lower case with dashes, such as image-classification',
  )
  .max(64, 'at most 64 characters');

/** SPDX ids in lower case, as the hubs write them; `other` where none fits. */
export const licenseSchema = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[a-z0-9][a-z0-9.+-]{0,63}$/, 'must be a licence id such as apache-2.0, mit, cc0-1.0 or other');

export const visibilitySchema = z.enum(['PUBLIC', 'PRIVATE'], 'must be PUBLIC or PRIVATE');

export const idempotencyKeySchema = z.string().min(1).max(200, 'at most 200 characters').nullish();
