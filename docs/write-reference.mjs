/**
 * Writes docs/errors.md, docs/configuration.md, docs/plugin-api.md and docs/guides/strategy-reference.md from the built code:
 * `npm run docs`. Tests hold them to it.
 */
import { writeFileSync } from 'node:fs';
import { clientConfigurationVariables, configurationVariables } from '../dist/config.js';
import { errorCodes } from '../dist/error-codes.js';
import { describePluginApi } from './describe-plugin-api.mjs';

write(
  'errors.md',
  `# Error codes

Every error of the zoo has one of these codes. Codes never change their meaning; messages may be worded better.

- GraphQL: mutations answer a \`Failure { code message problems { path message } details }\` for what you can act on; anything else
  comes in \`errors[].extensions.code\`. Mistakes of the request itself (syntax, unknown fields, values of another type) have the codes
  that GraphQL servers share: \`GRAPHQL_PARSE_FAILED\`, \`GRAPHQL_VALIDATION_FAILED\`, \`BAD_USER_INPUT\`, \`BAD_REQUEST\`.
- HTTP: the status below, and the same JSON shape, \`{ "errors": [{ "message", "extensions": { "code" } }] }\`.
- \`zoo\`: \`CODE: message\` on standard error, and an exit code (see [the command line](guides/cli.md#exit-codes)).

This table is written by \`npm run docs\` from \`src/error-codes.ts\`, and a test holds the two together.
`,
  ['Code', 'Status', 'Meaning'],
  Object.entries(errorCodes).map(([code, { httpStatus, meaning }]) => [`\`${code}\``, httpStatus, meaning]),
);

write(
  'configuration.md',
  `# Configuration

Nothing needs to be set: the default is one machine, one folder, CPU. Byte counts are written \`1048576\`, \`512MB\` or \`20GB\`. A value that is not
accepted stops the start, and the message names variable, value and what is accepted. The command line reads \`${clientConfigurationVariables
    .map(({ name }) => name)
    .join('`, `')}\`.

This table is written by \`npm run docs\` from \`src/config.ts\`, and a test holds the two together.
`,
  ['Variable', 'Default', 'Meaning'],
  [...configurationVariables, ...clientConfigurationVariables].map(
    ({ name, default: preset, description }) => [`\`${name}\``, preset && `\`${preset}\``, description],
  ),
);

for (const [path, text] of Object.entries(await describePluginApi())) {
  writeFileSync(new URL(`../${path}`, import.meta.url), text);
}

function write(file, head, columns, rows) {
  const line = (cells) => `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`;
  const table = [line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n');
  writeFileSync(new URL(file, import.meta.url), `${head}\n${table}\n`);
}
