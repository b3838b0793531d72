// Replays one recording against a simulator. The simulator's node times are stepped by hand: a waiting node goes on
// only when the next recorded frame has not come, so each request meets the state it met in the recording.

import { createHash } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { parseJson } from '../../src/simulator/json.ts';
import { createSimulator, type Simulator } from '../../src/simulator/simulator.ts';
import { isRecord } from '../../src/simulator/types.ts';
import { comparableHeaders, describeFrame, imageKind, machineIndependent, normalize } from './normalize.ts';
import {
  earlierFiles,
  firstNumber,
  inOrder,
  recordedOutputOrder,
  recordedRandom,
  warmUp,
  type FormField,
  type TraceEvent,
} from './recording.ts';

/** A recorded and a simulated fact that must be equal. */
export interface Comparison {
  what: string;
  recorded: unknown;
  simulated: unknown;
}

interface Answer {
  status?: number;
  headers: Record<string, string>;
  body: Buffer;
  error?: string;
}

interface Connection {
  socket: WebSocket;
  frames: { text?: string; binary?: Buffer }[];
  expected: number;
  closeCode?: number;
}

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

function compareAnswers(
  event: TraceEvent,
  answer: Answer,
  toRecorded: (text: string) => string,
  compare: (what: string, recorded: unknown, simulated: unknown) => void,
): void {
  const what = `${event.method} ${event.path}`;
  if (event.error !== undefined) return compare(`${what}: no connection`, true, answer.error !== undefined);
  compare(`${what}: status`, event.status, answer.status);
  // Sizes agree where the body is the same text, empty, or a part of a file.
  const sizesAgree = event.text !== undefined || event.status === 206;
  const headers = comparableHeaders(event.headers ?? {}, sizesAgree);
  const simulated: Record<string, string> = {};
  for (const [key, value] of Object.entries(comparableHeaders(answer.headers, sizesAgree))) {
    // The recordings hold a selection of the headers.
    if (recordedHeaders.has(key) && (key !== 'content-length' || key in headers)) simulated[key] = value;
  }
  compare(`${what}: headers`, headers, simulated);
  if (event.json !== undefined) {
    const value = parseJson(toRecorded(answer.body.toString('utf8')));
    const stats = event.path?.endsWith('/system_stats');
    compare(
      `${what}: JSON`,
      stats ? machineIndependent(event.json) : event.json,
      stats ? machineIndependent(value) : value,
    );
  } else if (event.text !== undefined) {
    compare(`${what}: text`, event.text, answer.body.toString('utf8'));
  } else if (event.jsonLength !== undefined && !event.path?.endsWith('/object_info')) {
    // The simulator has a part of the node classes only; their contents are compared in a test of their own.
    compare(
      `${what}: length`,
      event.jsonLength,
      Object.keys(parseJson(answer.body.toString('utf8')) ?? {}).length,
    );
  } else if (event.sha256 !== undefined) {
    const type = event.headers?.['content-type'] ?? '';
    const kinds: Record<string, string> = {
      'image/png': 'PNG',
      'image/jpeg': 'JPEG',
      'image/webp': 'WebP',
      'video/mp4': 'MP4',
      'video/webm': 'WebM',
      'audio/flac': 'FLAC',
      'audio/mpeg': 'MP3',
    };
    // Pictures are others; files that were uploaded come back byte for byte.
    const uploaded =
      event.path?.includes('type=input') && !/preview=|channel=(rgb|a)(&|$)|clipspace/.test(event.path);
    if (uploaded)
      compare(`${what}: bytes`, event.sha256, createHash('sha256').update(answer.body).digest('hex'));
    else if (event.status === 200 && type in kinds)
      compare(`${what}: kind`, kinds[type], imageKind(answer.body));
  }
}

const recordedHeaders = new Set([
  'content-type',
  'content-length',
  'content-disposition',
  'content-range',
  'etag',
  'last-modified',
  'accept-ranges',
  'allow',
]);

/** Notes which simulated id stands for an id that the real server made up, and the etags. */
function learn(event: TraceEvent, answer: Answer, ids: [string, string][], etags: Map<string, string>): void {
  const recordedTag = event.headers?.['etag'];
  if (recordedTag !== undefined && answer.headers['etag'] !== undefined)
    etags.set(recordedTag, answer.headers['etag']);
  if (event.method !== 'POST' || event.status !== 200 || !isRecord(event.json) || answer.status !== 200)
    return;
  const recorded = event.json['prompt_id'];
  if (typeof recorded !== 'string') return;
  const simulated = parseJson(answer.body.toString('utf8'));
  if (isRecord(simulated) && simulated['prompt_id'] !== recorded)
    ids.push([recorded, String(simulated['prompt_id'])]);
}

/** Sockets without a clientId get a random one. */
function withoutSid(frame: unknown): unknown {
  if (!isRecord(frame) || !isRecord(frame['data'])) return frame;
  const { sid } = frame['data'];
  return typeof sid === 'string' && /^[0-9a-f]{32}$/.test(sid)
    ? { ...frame, data: { ...frame['data'], sid: 'random' } }
    : frame;
}

async function send(
  simulator: Simulator,
  event: Pick<
    TraceEvent,
    'method' | 'path' | 'requestJson' | 'requestText' | 'requestForm' | 'requestHeaders'
  >,
  translate: (text: string) => string,
): Promise<Answer> {
  const headers: Record<string, string> = {};
  for (const [key, value] of Object.entries(event.requestHeaders ?? {})) headers[key] = translate(value);
  let body: Uint8Array | undefined;
  if (event.requestForm !== undefined) {
    const form = new Response(formData(event.requestForm));
    headers['content-type'] = form.headers.get('content-type') ?? '';
    body = new Uint8Array(await form.arrayBuffer());
  } else if (event.requestJson !== undefined) {
    headers['content-type'] ??= 'application/json';
    body = Buffer.from(translate(JSON.stringify(event.requestJson)));
  } else if (event.requestText !== undefined) {
    body = Buffer.from(event.requestText);
  }
  return new Promise((resolve) => {
    const request = httpRequest(simulator.url + translate(event.path ?? '/'), {
      method: event.method ?? 'GET',
      headers: { ...headers, ...(body && { 'content-length': String(body.byteLength) }) },
      agent: false,
    });
    const failed = (error: Error) => resolve({ headers: {}, body: Buffer.alloc(0), error: error.message });
    request.on('error', failed);
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('error', failed);
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const received = Object.entries(response.headers).map(([key, value]) => [key, String(value)]);
        resolve({
          status: response.statusCode ?? 0,
          headers: Object.fromEntries(received),
          body: Buffer.concat(chunks),
        });
      });
    });
    request.end(body);
  });
}

function formData(fields: FormField[]): FormData {
  const form = new FormData();
  for (const { name, value, filename, contentType = '', bytes = 0, base64 } of fields) {
    if (filename === undefined) form.append(name, value ?? '');
    else {
      const content = base64 === undefined ? Buffer.alloc(bytes) : Buffer.from(base64, 'base64');
      form.append(name, new File([content], filename, { type: contentType }));
    }
  }
  return form;
}

function socketUrl(simulator: Simulator, clientId: string | null): string {
  return `${simulator.url.replace('http', 'ws')}/ws${clientId === null ? '' : `?clientId=${clientId}`}`;
}

function open(simulator: Simulator, clientId: string | null): Promise<Connection> {
  const socket = new WebSocket(socketUrl(simulator, clientId));
  const connection: Connection = { socket, frames: [], expected: 0 };
  socket.on('message', (data: Buffer, binary) => {
    connection.frames.push(binary ? { binary: data } : { text: data.toString('utf8') });
  });
  socket.on('close', (code) => (connection.closeCode = code));
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(connection));
    socket.once('error', reject);
  });
}

function close(socket: WebSocket | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (socket === undefined || socket.readyState === socket.CLOSED) return resolve();
    socket.once('close', () => resolve());
    socket.close(1000);
  });
}

function refusedStatus(simulator: Simulator, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve) => {
    const socket = new WebSocket(socketUrl(simulator, 'refused'), { headers });
    socket.once('unexpected-response', (_request, response) => {
      resolve(response.statusCode);
      socket.terminate();
    });
    socket.once('open', () => resolve(101));
    socket.on('error', () => resolve(undefined));
  });
}
