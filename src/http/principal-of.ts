import type { Response } from 'express';
import type { Principal } from '../zoo/access/principal.js';

/** Who asks, as `authenticateRequest` found out earlier on the way. */
export function principalOf(response: Response): Principal {
  return response.locals['principal'] as Principal;
}
