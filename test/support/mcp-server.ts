/** A gateway with the simulator behind it, for clients outside of this process; PORT, API_KEYS and so on from the environment. */
import { serve } from '@hono/node-server';
import { v7 } from 'uuid';
import { overFetch } from '../../src/comfyui/client.ts';
import { parseConfig } from '../../src/config.ts';
import { createGateway } from '../../src/gateway.ts';
import { createLog } from '../../src/log.ts';
import { openMemoryStores } from '../../src/runtime/stores/memory.ts';
import { createSimulator } from '../../src/simulator/simulator.ts';
import { fakeRuns } from './fake-runs.ts';

const simulator = await createSimulator({ stepMs: Number(process.env['STEP_MS'] ?? 5) });
const gateway = createGateway(
  parseConfig({ STORAGE_URL: 'memory:', ...process.env, COMFYUI_URL: simulator.url }),
  {
    stores: openMemoryStores(Date.now),
    connectSocket: (url, headers) => new WebSocket(url, { headers } as never),
    newId: v7,
    now: Date.now,
    log: createLog('debug', (line) => console.error(line), Date.now),
    resident: true,
    runs: fakeRuns,
    fetch: overFetch(globalThis.fetch),
  },
);
await gateway.start();
serve(
  { fetch: gateway.fetch, hostname: '127.0.0.1', port: Number(process.env['PORT'] ?? 8080) },
  ({ port }) => console.log(port),
);
