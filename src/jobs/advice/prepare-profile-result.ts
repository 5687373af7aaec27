import { modelProfile } from '../../advisor/measurements.js';
import { ZooError } from '../../errors.js';
import type { AttemptResult, PreparedResult } from '../publish/publish-result.js';
import { storeProfiles } from './profile-rows.js';

/**
 * Keeps what a profile's job measured.
 *
 * @throws ZooError JOB_RESULT_INVALID
 */
export function prepareProfileResult({ job, result }: AttemptResult): Promise<PreparedResult> {
  const { baseVersionId, datasetVersionId } = job;
  const parsed = modelProfile.safeParse(result['profile']);
  if (!parsed.success || parsed.data.versionId !== baseVersionId || datasetVersionId === null) {
    throw new ZooError('JOB_RESULT_INVALID', 'What was measured for the profile is not as expected.');
  }
  const profile = parsed.data;
  return Promise.resolve({
    async insert(manager) {
      await storeProfiles(manager, datasetVersionId, [profile]);
      return {};
    },
  });
}
