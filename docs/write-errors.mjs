/** Writes docs/errors.md from the built error codes: `npm run docs`. */
import { writeFileSync } from 'node:fs';
import { errorCodes } from '../dist/error-codes.js';

const rows = Object.entries(errorCodes).map(
  ([code, { httpStatus, meaning }]) => `| \`${code}\` | ${httpStatus} | ${meaning.replaceAll('|', '\\|')} |`,
);
writeFileSync(
  new URL('errors.md', import.meta.url),
  `# Error codes

Every error you can meet has one of these codes. Codes never change their meaning; messages may be worded better.

- GraphQL: mutations answer a \`Failure { code message problems { path message } details }\` for what you can act on; anything else
  comes in \`errors[].extensions.code\`.
- HTTP: the status below, and a JSON body \`{ "error": { "code", "message", "details" } }\`.
- \`zoo\`: \`CODE: message\` on standard error, and an exit code (see [the command line](guides/cli.md#exit-codes)).

This table is written by \`npm run docs\` from \`src/error-codes.ts\`, and a test holds the two together.

| Code | Status | Meaning |
| --- | --- | --- |
${rows.join('\n')}
`,
);
