// Replays one recording against a simulator. The simulator's node times are stepped by hand: a waiting node goes on
// only when the next recorded frame has not come, so each request meets the state it met in the recording.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { parseJson } from '../../src/simulator/json.ts';
import { createSimulator, type Simulator } from '../../src/simulator/simulator.ts';
import { close, open, refusedStatus, send, type Connection } from './client.ts';
import { compareAnswers, learn, withoutSid, type Comparison } from './compare.ts';
import { describeFrame, normalize } from './normalize.ts';
import {
  earlierFiles,
  firstNumber,
  inOrder,
  recordedOutputOrder,
  recordedRandom,
  warmUp,
  type TraceEvent,
} from './recording.ts';

// Between these events nobody listened (the socket was closed, or deaf), so the recording does not say how far the run
// went: the number of node steps to let pass before the event that follows.
const unheard: Record<string, { before: (event: TraceEvent) => boolean; steps: number }> = {
  'reconnect-mid-run.jsonl': { before: (event) => event.kind === 'ws.open' && event.conn === 2, steps: 1 },
  'duplicate-client-id.jsonl': {
    before: (event) => event.path?.startsWith('/history/947996e7') === true,
    steps: Infinity,
  },
};

// The status of a second prompt comes from another thread than the frames of the first. In one place it happened to
// fall between two of them, `progress_state` and `executing`, where a single thread cannot put it: it is moved behind.
const raced: Record<string, { conn: number; frame: number }> = {
  'server-restart.jsonl': { conn: 1, frame: 35 },
};

export async function replay(name: string, events: TraceEvent[]): Promise<Comparison[]> {
  const sleepers: (() => void)[] = [];
  const warm = warmUp(name);
  const simulator = await createSimulator({
    models: { checkpoints: ['v1-5-pruned-emaonly.safetensors'] },
    previewMethod: name === 'success-no-preview.jsonl' ? 'none' : 'auto',
    stepMs: 1,
    loadMs: 1,
    encodeMs: 1,
    decodeMs: 1,
    nodeMs: 0,
    // In this one ComfyUI was seen collecting garbage after a prompt, with the next one still pending.
    betweenMs: name === 'interrupted.jsonl' ? 1 : 0,
    firstNumber: firstNumber(events) - warm.length,
    outputOrder: recordedOutputOrder(name, events),
    random: recordedRandom(events),
    sleep: (_ms, signal) =>
      new Promise((resolve, reject) => {
        sleepers.push(resolve);
        signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true });
      }),
  });
  try {
    for (const file of earlierFiles(events)) {
      simulator.control.putFile(file, new Uint8Array(1));
    }
    for (const body of warm)
      await send(simulator, { method: 'POST', path: '/prompt', requestJson: body }, (x) => x);
    return await run(name, events, simulator, sleepers);
  } finally {
    await simulator.close();
  }
}

async function run(
  name: string,
  events: TraceEvent[],
  simulator: Simulator,
  sleepers: (() => void)[],
): Promise<Comparison[]> {
  const comparisons: Comparison[] = [];
  const connections = new Map<number, Connection>();
  const ids: [recorded: string, simulated: string][] = [];
  const etags = new Map<string, string>();
  const toSimulated = (text: string) => {
    let out = text.replaceAll(':18188', `:${simulator.port}`);
    for (const [recorded, simulated] of ids) out = out.replaceAll(recorded, simulated);
    for (const [recorded, simulated] of etags) out = out.replaceAll(recorded, simulated);
    return out;
  };
  const toRecorded = (text: string) => {
    let out = text;
    for (const [recorded, simulated] of ids) out = out.replaceAll(simulated, recorded);
    return out;
  };
  const compare = (what: string, recorded: unknown, simulated: unknown) => {
    comparisons.push({ what, recorded: normalize(recorded), simulated: normalize(simulated) });
  };

  /** Waits until the worker is waiting or idle and everything it has sent has arrived. */
  const settle = async () => {
    for (let turns = 0; sleepers.length === 0 && !simulator.control.stats().idle; turns++) {
      if (turns > 100_000) throw new Error(`${name}: the worker neither waits nor ends`);
      await nextTurn();
    }
    for (const { socket } of connections.values()) {
      if (socket.readyState !== socket.OPEN) continue;
      await new Promise<void>((resolve) => {
        const done = () => {
          socket.off('pong', done).off('close', done);
          resolve();
        };
        socket.on('pong', done).on('close', done).ping();
      });
    }
  };
  const passSteps = async (count: number) => {
    await settle();
    for (let i = 0; i < count && sleepers.length > 0; i++) {
      sleepers.shift()?.();
      await settle();
    }
  };
  const awaitFrame = async (event: TraceEvent) => {
    const connection = connections.get(event.conn ?? 0);
    if (connection === undefined)
      throw new Error(`${name}: a frame on connection ${event.conn}, which is not open`);
    connection.expected++;
    await settle();
    while (connection.frames.length < connection.expected && sleepers.length > 0) await passSteps(1);
  };

  const compareFrames = (conn: number, recordedFrames: TraceEvent[]) => {
    const connection = connections.get(conn);
    const recorded = recordedFrames.map((event) =>
      event.kind === 'ws.binary' ? describeFrame(Buffer.from(event.base64 ?? '', 'base64')) : event.json,
    );
    const simulated = (connection?.frames ?? []).map(({ text, binary }) =>
      binary === undefined
        ? parseJson(toRecorded(text ?? ''))
        : describeFrame(Buffer.from(toRecorded(binary.toString('latin1')), 'latin1')),
    );
    const race = raced[name];
    if (race?.conn === conn) recorded.splice(race.frame, 0, ...recorded.splice(race.frame - 1, 1));
    const length = Math.max(recorded.length, simulated.length);
    for (let i = 0; i < length; i++) {
      compare(`connection ${conn}, frame ${i + 1}`, withoutSid(recorded[i]), withoutSid(simulated[i]));
    }
  };

  await passSteps(Infinity);
  let previous = 0;
  let down = false;
  for (const event of inOrder(events)) {
    const gap = event.at - previous;
    const listening = [...connections.values()].some(({ socket }) => socket.readyState === socket.OPEN);
    // With no socket at all, a pause in the recording was a wait for the end of the run.
    const hint = unheard[name];
    await passSteps(hint?.before(event) === true ? hint.steps : gap >= 90 && !listening ? Infinity : 0);
    previous = Math.max(previous, event.t);
    const conn = event.conn ?? 0;
    switch (event.kind) {
      case 'note':
        if (event.text?.includes('SIGKILL')) {
          await simulator.control.stop();
          sleepers.length = 0;
          down = true;
        }
        if (event.text?.startsWith('the output file is deleted on disk')) {
          simulator.control.removeFile({ type: 'output', subfolder: 'gw', filename: 'gone_00001_.png' });
        }
        break;
      case 'ws.open':
        connections.set(conn, await open(simulator, event.clientId ?? null));
        break;
      case 'ws.send':
        connections.get(conn)?.socket.send(JSON.stringify(event.json));
        break;
      case 'ws.refused':
        compare(`refused socket`, event.status, await refusedStatus(simulator, event.requestHeaders ?? {}));
        break;
      case 'ws':
      case 'ws.binary':
        await awaitFrame(event);
        break;
      case 'ws.close': {
        await settle();
        const connection = connections.get(conn);
        if (event.by === 'client') await close(connection?.socket);
        else compare(`close of connection ${conn}`, event.code, connection?.closeCode);
        break;
      }
      case 'http': {
        if (down && event.error === undefined) {
          await simulator.control.start();
          down = false;
        }
        const answer = await send(simulator, event, toSimulated);
        learn(event, answer, ids, etags);
        compareAnswers(event, answer, toRecorded, compare);
        break;
      }
    }
  }
  const conns = new Set(events.flatMap((event) => event.conn ?? []));
  for (const conn of conns) {
    compareFrames(
      conn,
      events.filter((event) => event.conn === conn && (event.kind === 'ws' || event.kind === 'ws.binary')),
    );
  }
  return comparisons;
}
