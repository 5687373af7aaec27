import type { Logger } from 'pino';
import type { DataSource } from 'typeorm';
import type { Config } from '../config.js';
import type { ObjectStore } from './object-store/object-store.js';

/** What every service of the catalogue works with. Made once by an entry point and handed down. */
export interface Zoo {
  config: Config;
  database: DataSource;
  store: ObjectStore;
  log: Logger;
}
