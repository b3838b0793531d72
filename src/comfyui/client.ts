/**
 * The HTTP side of one ComfyUI. Every call has a time limit and fails with a `ComfyError` that says what is known
 * about the request's fate, which is what decides whether a submission may have happened.
 */
import { badAnswer, ComfyError, connectionFault } from './errors.ts';
import { readHistoryEntry, type RunResult } from './history.ts';
import { namesInputs, withoutInputNames } from './input-names.ts';
import { isObject, memberText, parseLossless, parsePython, type JsonObject } from './json.ts';
import type { FileRef } from './outputs.ts';
import {
  fromTuple,
  inOrder,
  queueItems,
  storedPrompt,
  tuples,
  type QueueItem,
  type StoredPrompt,
} from './prompts.ts';
import { sendFile, type UploadFile } from './upload.ts';

/** A request to ComfyUI; the subset of `RequestInit` that is used. */
export interface ComfyRequest {
  method?: string;
  headers?: Record<string, string>;
  /** A stream is sent while it is read. */
  body?: string | ReadableStream<Uint8Array>;
  signal?: AbortSignal;
}

/** An answer whose body is read once, in one of four ways. */
export interface ComfyResponse {
  status: number;
  ok: boolean;
  headers: { get(name: string): string | null };
  text(): Promise<string>;
  arrayBuffer(): Promise<ArrayBuffer>;
  /** Reads nothing of it. */
  discard(): Promise<void>;
  stream(): ReadableStream<Uint8Array> | null;
}

/** Sends a request; does not follow redirects. Rejects if there is no answer. Made by the runtime. */
export type Fetch = (url: string, init?: ComfyRequest) => Promise<ComfyResponse>;

/** The port over a standard `fetch`. */
export function overFetch(standard: (url: string, init: RequestInit) => Promise<Response>): Fetch {
  return async (url, init) => {
    // A stream needs `duplex`, which TypeScript's lib does not know yet.
    const streamed = init?.body instanceof ReadableStream ? { duplex: 'half' } : {};
    const response = await standard(url, { ...init, ...streamed, redirect: 'manual' } as RequestInit);
    return {
      status: response.status,
      ok: response.ok,
      headers: response.headers,
      text: () => response.text(),
      arrayBuffer: () => response.arrayBuffer(),
      discard: async () => response.body?.cancel(),
      stream: () => response.body,
    };
  };
}

/** Where a ComfyUI is and what it is called outside. `headers` go with every request. */
export interface BackendAddress {
  name: string;
  url: string;
  headers: Record<string, string>;
}

/** What ComfyUI said to a submission. */
export type SubmitAnswer =
  | { accepted: true; nodeErrors: JsonObject }
  | { accepted: false; error: JsonObject; nodeErrors: JsonObject };

export type ComfyClient = ReturnType<typeof createComfyClient>;

/** Node classes of a ComfyUI as its `/object_info` has them. */
export interface ObjectInfo {
  classes: JsonObject;
  /** When it was read, in ms since 1970. */
  at: number;
}

/**
 * Limits of one call in ms, from sending to the end of the answer (of `view`: to its headers; of `upload`: from one piece to
 * the next, and from the last to the answer).
 */
export const TIMEOUT_MS = { read: 10_000, submit: 10_000, list: 30_000, view: 30_000, upload: 60_000 };

/** How long the list of node classes is believed where only their names count, in ms. */
const CLASSES_MS = 60_000;

/** A client of one ComfyUI. `now` in ms since 1970. */
export function createComfyClient(
  address: BackendAddress,
  fetch: Fetch,
  now: () => number,
  timeoutMs: typeof TIMEOUT_MS,
) {
  const { name, url: base, headers } = address;
  let info: ObjectInfo | undefined;
  let infoText = '';
  const jsonHeaders = { ...headers, 'content-type': 'application/json' };

  async function send(path: string, init: ComfyRequest, limitMs: number): Promise<ComfyResponse> {
    try {
      return await fetch(base + path, { headers, ...init, signal: AbortSignal.timeout(limitMs) });
    } catch (error) {
      throw connectionFault(name, error);
    }
  }

  async function readText(response: ComfyResponse): Promise<string> {
    try {
      return await response.text();
    } catch (error) {
      throw connectionFault(name, error);
    }
  }

  async function getText(path: string, limitMs: number): Promise<string> {
    const response = await send(path, {}, limitMs);
    const text = await readText(response);
    if (!response.ok) throw badAnswer(name, `GET ${path.split('?')[0]}`, response.status, text);
    return text;
  }

  async function getJson(path: string, limitMs = timeoutMs.read): Promise<unknown> {
    return parse(name, path, await getText(path, limitMs), JSON.parse);
  }

  async function post(path: string, body: unknown): Promise<void> {
    const response = await send(
      path,
      { method: 'POST', headers: jsonHeaders, body: JSON.stringify(body) },
      timeoutMs.read,
    );
    const text = await readText(response);
    if (!response.ok) throw badAnswer(name, `POST ${path}`, response.status, text);
  }

  /**
   * ComfyUI's own 500 comes after its work, and a 4xx is a refusal. Any other status is that of a proxy, behind which the
   * submission may still be on its way.
   */
  function unexpected(status: number, text: string): ComfyError {
    const definite = status === 500 || (status >= 400 && status < 500 && status !== 408);
    if (definite) return badAnswer(name, 'POST /prompt', status, text);
    return new ComfyError('unknown', `${name} answered ${status} to POST /prompt.`, text.slice(0, 500));
  }

  async function names(path: string): Promise<string[]> {
    const answer = await getJson(path);
    if (Array.isArray(answer)) return answer.filter((entry) => typeof entry === 'string');
    throw badAnswer(name, `GET ${path}`, 200, JSON.stringify(answer));
  }

  const client = {
    name,

    /** `POST /prompt` with a ready body. A refusal is a value; 5xx and broken answers throw. */
    async submit(body: string): Promise<SubmitAnswer> {
      const response = await send(
        '/prompt',
        { method: 'POST', headers: jsonHeaders, body },
        timeoutMs.submit,
      );
      const text = await readText(response);
      const { status } = response;
      if (status !== 200 && status !== 400) throw unexpected(status, text);
      let answer: unknown;
      try {
        // Lossless: a refusal repeats the seed that was too big.
        answer = parsePython(text, parseLossless);
      } catch (error) {
        throw new ComfyError(
          'unknown',
          `${name} answered ${status} to POST /prompt, and not in JSON.`,
          error,
        );
      }
      if (!isObject(answer)) throw unexpected(status, text);
      const nodeErrors = isObject(answer['node_errors']) ? answer['node_errors'] : {};
      if (status === 200) return { accepted: true, nodeErrors };
      return { accepted: false, error: isObject(answer['error']) ? answer['error'] : {}, nodeErrors };
    },

    /** Number of pending and running prompts, from `GET /prompt`. */
    async queueRemaining(limitMs = timeoutMs.read): Promise<number> {
      const answer = await getJson('/prompt', limitMs);
      const info = isObject(answer) ? answer['exec_info'] : undefined;
      const remaining = isObject(info) ? info['queue_remaining'] : undefined;
      if (typeof remaining !== 'number') throw badAnswer(name, 'GET /prompt', 200, JSON.stringify(answer));
      return remaining;
    },

    /** Who is in the queue. Costly: the answer carries every whole graph. */
    async queue(): Promise<QueueItem[]> {
      return queueItems(tuples(await getJson('/queue', timeoutMs.list)));
    },

    /**
     * Who is in the queue, from `/api/jobs` of newer versions, which leaves the graphs out; null where it is absent.
     */
    async activeJobs(): Promise<QueueItem[] | null> {
      const response = await send('/api/jobs?status=pending,in_progress', {}, timeoutMs.read);
      const text = await readText(response);
      if (response.status === 404 || response.status === 405) return null;
      if (!response.ok) throw badAnswer(name, 'GET /api/jobs', response.status, text);
      const answer = parse(name, '/api/jobs', text, JSON.parse);
      const jobs = isObject(answer) && Array.isArray(answer['jobs']) ? answer['jobs'].filter(isObject) : null;
      if (jobs === null) throw badAnswer(name, 'GET /api/jobs', response.status, text);
      const entries = jobs.map((job) => ({
        id: String(job['id']),
        number: Number(job['priority']),
        running: job['status'] === 'in_progress',
      }));
      return inOrder(entries);
    },

    /** How a prompt ended, or undefined if the history does not have it (yet, or any more). */
    async history(promptId: string): Promise<RunResult | undefined> {
      const answer = await getJson(`/history/${promptId}`);
      return isObject(answer) ? readHistoryEntry(answer[promptId]) : undefined;
    },

    /** One prompt of the history with what was submitted, digits kept. */
    async storedPrompt(promptId: string): Promise<StoredPrompt | undefined> {
      const path = `/history/${promptId}`;
      const answer = parse(name, path, await getText(path, timeoutMs.read), parseLossless);
      return isObject(answer) ? storedPrompt(answer[promptId]) : undefined;
    },

    /** One entry of the history as it was sent, undefined if the history does not have it. */
    async historyText(promptId: string): Promise<string | undefined> {
      const text = await getText(`/history/${promptId}`, timeoutMs.read);
      return memberText(text, promptId);
    },

    /** All prompts of the queue with what was submitted, digits kept. */
    async queuedPrompts(): Promise<StoredPrompt[]> {
      const answer = parse(name, '/queue', await getText('/queue', timeoutMs.list), parseLossless);
      const { running, pending } = tuples(answer);
      return [...running, ...pending]
        .map((tuple) => fromTuple(tuple))
        .filter((prompt) => prompt !== undefined);
    },

    /** A page of the history, oldest first, with what was submitted. An empty page is past the end. */
    async historyPage(offset: number, limit: number): Promise<{ size: number; prompts: StoredPrompt[] }> {
      const path = `/history?max_items=${limit}&offset=${offset}`;
      const answer = parse(name, path, await getText(path, timeoutMs.list), parseLossless);
      const entries = isObject(answer) ? Object.values(answer) : [];
      return {
        size: entries.length,
        prompts: entries.map((entry) => storedPrompt(entry)).filter((prompt) => prompt !== undefined),
      };
    },

    /** Deletes a pending prompt; without effect on any other. */
    deleteFromQueue: (promptId: string) => post('/queue', { delete: [promptId] }),

    /** Newer versions: deletes a pending or stops a running prompt in one step; without effect on any other. */
    cancelJob: (promptId: string) => post(`/api/jobs/${promptId}/cancel`, {}),

    /** Stops the prompt if it is the running one; without effect on any other. */
    interrupt: (promptId: string) => post('/interrupt', { prompt_id: promptId }),

    /**
     * A file's answer with its body still to be read. Only `range` and the conditional headers are forwarded.
     * The time limit ends with the headers: a large file may take its time.
     */
    async view(
      file: FileRef,
      init: { method?: string; headers?: Record<string, string>; signal?: AbortSignal } = {},
    ) {
      const query = new URLSearchParams({
        filename: file.filename,
        subfolder: file.subfolder,
        type: file.type,
      });
      const limit = new AbortController();
      const timer = setTimeout(
        () => limit.abort(new DOMException('no answer in time', 'TimeoutError')),
        timeoutMs.view,
      );
      try {
        return await fetch(`${base}/view?${query}`, {
          method: init.method ?? 'GET',
          headers: { ...headers, ...init.headers },
          signal: init.signal ? AbortSignal.any([limit.signal, init.signal]) : limit.signal,
        });
      } catch (error) {
        throw connectionFault(name, error);
      } finally {
        clearTimeout(timer);
      }
    },

    /**
     * Puts a file into the input folder and returns what it is called there: another name if that one has other bytes. If the
     * file breaks off, that is what this throws, and ComfyUI keeps nothing.
     */
    upload: (file: UploadFile): Promise<FileRef> =>
      sendFile({ address, fetch, limitMs: timeoutMs.upload }, file),

    /** The definition of one node class, undefined if ComfyUI does not have it. */
    async nodeClass(classType: string): Promise<JsonObject | undefined> {
      const answer = await getJson(`/object_info/${encodeURIComponent(classType)}`);
      const info = isObject(answer) ? answer[classType] : undefined;
      return isObject(info) ? withoutInputNames(info) : undefined;
    },

    /**
     * All node classes, read anew if what is known is older than `maxAgeMs`: the answer is large. `classes` stays the same
     * object while ComfyUI says the same.
     */
    async objectInfo(maxAgeMs: number): Promise<ObjectInfo> {
      if (info && now() - info.at <= maxAgeMs) return info;
      const text = await getText('/object_info', timeoutMs.list);
      const same = info !== undefined && text === infoText;
      const answer = same ? info!.classes : parse(name, '/object_info', text, JSON.parse);
      if (!isObject(answer)) throw badAnswer(name, 'GET /object_info', 200, text);
      infoText = text;
      const ours = !same && namesInputs(text);
      info = { classes: ours ? withoutInputNames(answer) : answer, at: now() };
      return info;
    },

    /** What was read last of `/object_info`, however old; undefined if nothing was. */
    knownObjectInfo: (): ObjectInfo | undefined => info,

    /** Names of all node classes, at most a minute old. */
    nodeClasses: async (): Promise<string[]> => Object.keys((await client.objectInfo(CLASSES_MS)).classes),

    /** Folders of models, such as `checkpoints`. */
    modelFolders: (): Promise<string[]> => names('/models'),

    /** Files in a folder of models; undefined if ComfyUI has no such folder. */
    async models(folder: string): Promise<string[] | undefined> {
      const known = await client.modelFolders();
      return known.includes(folder) ? names(`/models/${encodeURIComponent(folder)}`) : undefined;
    },

    /** ComfyUI's version, for health pages. */
    async version(): Promise<string | undefined> {
      const answer = await getJson('/system_stats');
      const system = isObject(answer) ? answer['system'] : undefined;
      const version = isObject(system) ? system['comfyui_version'] : undefined;
      return typeof version === 'string' ? version : undefined;
    },
  };
  return client;
}

function parse(name: string, path: string, text: string, parser: (text: string) => unknown): unknown {
  try {
    return parsePython(text, parser);
  } catch (error) {
    throw new ComfyError('answered', `${name} sent something that is not JSON.`, { path, cause: error });
  }
}
