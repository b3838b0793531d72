// The simulator as a process of its own: `node src/simulator/main.ts`. PORT (default 8188), JOBS_API=true for the
// newer API. Prints its address as one line.

import { createSimulator } from './simulator.ts';

const { PORT, HOST, JOBS_API } = process.env;
const simulator = await createSimulator({
  port: Number(PORT ?? 8188),
  ...(HOST !== undefined && { host: HOST }),
  jobsApi: JOBS_API === 'true',
});
console.log(simulator.url);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void simulator.close().then(() => process.exit(0)));
}
