/**
 * Loaded into every child before its own code: it ends when its parent is gone, and answers calls over the IPC channel.
 * Importing it is its effect, which is what `--import` is for.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

type Functions = Record<string, (value: never) => unknown>;

/** Offers functions to the parent, beside those that every child has. */
export function offer(functions: Functions): void {
  Object.assign(offered, functions);
}

const offered: Functions = {
  /** Collects garbage; resolves to the memory in use after it. */
  collect() {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    collect();
    collect();
    return process.memoryUsage();
  },
};

process.on('message', (message) => {
  const { call, name, value } = message as { call: number; name: string; value: never };
  Promise.resolve()
    .then(() => offered[name]?.(value))
    .then((answer) => process.send?.({ call, value: answer }))
    .catch((error: unknown) => process.send?.({ call, error: String(error) }));
});
process.once('disconnect', () => process.exit(1));
