/** Our side: the server as `zoo serve` runs it, without a worker, in a process of its own. */
import { loadConfig } from '../../dist/config.js';
import { serve } from '../../dist/serve.js';

const running = await serve(loadConfig());
process.send?.({ url: `${running.url}/graphql` });
// Time of the processor, which says more than the clock on a machine that others use too.
process.on('message', () => process.send?.({ cpu: process.cpuUsage() }));
process.on('disconnect', () => process.exit());
