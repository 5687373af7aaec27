import { makeTemplate } from './new-data-folder.js';

/** Run by the build: keeps an empty embedded database in `dist/`, so that a first start need not make one. */
await makeTemplate();
