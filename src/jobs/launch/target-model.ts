import type { EntityManager } from 'typeorm';
import { ZooError } from '../../errors.js';
import { ownerForCreating } from '../../zoo/access/ownership.js';
import type { Principal } from '../../zoo/access/principal.js';
import { recordAudit } from '../../zoo/audit.js';
import { Model } from '../../zoo/database/entities/index.js';
import { invalidInput } from '../../zoo/parse-input.js';

export interface TargetModel {
  ownerName: string;
  name: string;
  /** Of a model that is made now; PRIVATE when left out. */
  visibility: 'PUBLIC' | 'PRIVATE' | undefined;
  task: string;
  license: string | null;
}

/**
 * The model that a job's result will be a version of: an existing one of the principal's, or a new one.
 *
 * @throws ZooError FORBIDDEN, NOT_FOUND (owner), NAME_TAKEN by a deleted model, INPUT_INVALID for one of another task.
 */
export async function findOrCreateTargetModel(
  manager: EntityManager,
  principal: Principal,
  target: TargetModel,
): Promise<string> {
  // A launch is there to publish its result; it needs no second scope for that.
  const asWriter: Principal = { ...principal, scopes: new Set([...principal.scopes, 'write']) };
  const owner = await ownerForCreating(manager, asWriter, target.ownerName);
  const path = `${owner.name}/${target.name}`;
  const existing = await manager.findOne(Model, {
    where: { ownerId: owner.id, name: target.name },
    withDeleted: true,
  });
  if (existing !== null) {
    assertUsable(existing, path, target);
    return existing.id;
  }
  const made = await manager.save(
    manager.create(Model, {
      ownerId: owner.id,
      name: target.name,
      task: target.task,
      license: target.license,
      visibility: target.visibility ?? 'PRIVATE',
    }),
  );
  await recordAudit(manager, principal.account?.id, 'model.create', made.id, {
    owner: owner.name,
    name: target.name,
    visibility: made.visibility,
  });
  return made.id;
}

function assertUsable(model: Model, path: string, target: TargetModel): void {
  if (model.deletedAt !== null) {
    throw new ZooError(
      'NAME_TAKEN',
      `${path} is deleted; restore it with restoreModel, or choose another name.`,
    );
  }
  if (model.task !== target.task) {
    throw invalidInput([
      {
        path: 'name',
        message: `${path} is a model for ${model.task}, the result is one for ${target.task}; choose another name`,
      },
    ]);
  }
  if (target.visibility !== undefined && target.visibility !== model.visibility) {
    throw invalidInput([
      {
        path: 'visibility',
        message: `${path} exists and is ${model.visibility}; leave visibility out, or change it with updateModel`,
      },
    ]);
  }
}
