import { DefaultNamingStrategy, Table, type View } from 'typeorm';

/**
 * Names constraints and indexes as PostgreSQL itself would (`models_pkey`, `models_owner_id_fkey`), so that a
 * violation in a log can be read and the SQL of the migrations looks like SQL a person wrote.
 * TypeORM's own names are hashes.
 */
export class ReadableNamingStrategy extends DefaultNamingStrategy {
  override primaryKeyName(table: Table | string): string {
    return named(table, [], 'pkey');
  }

  override uniqueConstraintName(table: Table | string, columns: string[]): string {
    return named(table, columns, 'key');
  }

  override relationConstraintName(table: Table | string, columns: string[]): string {
    return named(table, columns, 'key');
  }

  override foreignKeyName(table: Table | string, columns: string[]): string {
    return named(table, columns, 'fkey');
  }

  override indexName(table: Table | View | string, columns: string[]): string {
    return named(table, columns, 'idx');
  }
}

function named(table: Table | View | string, columns: string[], suffix: string): string {
  const path = typeof table === 'string' ? table : table.name;
  const tableName = path.split('.').at(-1) ?? path;
  const name = [tableName, ...columns, suffix].join('_');
  if (name.length > 63) {
    throw new Error(`The name ${name} is longer than PostgreSQL's 63 characters; give it one by hand.`);
  }
  return name;
}
