import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** One step of the schema: a pair of plain SQL files, `<timestamp>-<name>.up.sql` and `.down.sql`. */
export interface SqlMigration {
  /** Milliseconds since 1970, 13 digits; the order in which migrations run. */
  timestamp: string;
  /** The words between timestamp and `.up.sql`, for example `initial`. */
  name: string;
  up: string;
  down: string;
}

/** `migrations/` at the package's root, seen from `src/` and from `dist/` alike. */
const migrationsFolder = fileURLToPath(new URL('../../../migrations/', import.meta.url));

/**
 * Reads every migration of the package, oldest first. Every `.sql` file there must be half of a pair.
 */
export function readMigrations(folder = migrationsFolder): SqlMigration[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.sql'));
  const migrations = files
    .filter((file) => file.endsWith('.up.sql'))
    .sort()
    .map((file) => {
      const [, timestamp, name] = /^(\d{13})-([a-z0-9-]+)\.up\.sql$/.exec(file) ?? [];
      if (timestamp === undefined || name === undefined) {
        throw new Error(`The migration ${file} should be called <13 digits>-<lower-case-words>.up.sql.`);
      }
      const read = (half: string) => readFileSync(`${folder}/${timestamp}-${name}.${half}.sql`, 'utf8');
      return { timestamp, name, up: read('up'), down: read('down') };
    });
  if (files.length !== migrations.length * 2) {
    throw new Error('migrations/ holds an .sql file that is not half of an .up.sql and .down.sql pair.');
  }
  return migrations;
}

/** The migration as TypeORM wants it: a class, with a name that ends in the timestamp. */
export function toTypeOrmMigration(migration: SqlMigration): new () => MigrationInterface {
  return class implements MigrationInterface {
    name = `${migration.name}${migration.timestamp}`;

    async up(queryRunner: QueryRunner): Promise<void> {
      await queryRunner.query(migration.up);
    }

    async down(queryRunner: QueryRunner): Promise<void> {
      await queryRunner.query(migration.down);
    }
  };
}
