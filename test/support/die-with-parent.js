/**
 * Runs a server for as long as the process that forked this one lives, also when that one is killed with -9:
 * `fork('die-with-parent.js', [JSON.stringify({ command, args, signal, uid, gid, env })])`.
 */
import { spawn } from 'node:child_process';
import process from 'node:process';

const { command, args, signal, ...options } = JSON.parse(process.argv[2]);
const server = spawn(command, args, { ...options, stdio: ['ignore', 'inherit', 'inherit'] });
server.on('error', (error) => {
  process.stderr.write(error.message);
  process.exit(1);
});
server.on('exit', (code) => process.exit(code ?? 0));
process.on('disconnect', () => server.kill(signal));
process.on('message', () => server.kill(signal));
// Ctrl-C reaches the whole process group; the parent decides when the server goes.
process.on('SIGINT', () => undefined);
