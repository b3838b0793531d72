// One life of the server, from start to restart: its queue, history, sockets, worker and number counter. Files and
// inspection outlive it, temporary files do not.

import { createExecutor, type Executor, type ExecutorOptions } from './executor.ts';
import type { FileStore } from './files.ts';
import { parseFileName } from './paths.ts';
import { pythonError, typeName } from './python.ts';
import { createQueue, type PromptQueue } from './queue.ts';
import { createSocketHub, type SocketHub } from './sockets.ts';
import { createSubmit, type Submit } from './submit.ts';
import { validatePrompt } from './validate.ts';

export interface Life {
  queue: PromptQueue;
  hub: SocketHub;
  executor: Executor;
  submit: Submit;
  queueInfo(): { exec_info: { queue_remaining: number } };
  end(): void;
}

export interface LifeOptions extends Pick<
  ExecutorOptions,
  'files' | 'classes' | 'timing' | 'previews' | 'now' | 'random' | 'sleep' | 'onStart' | 'paused'
> {
  newer: boolean;
  firstNumber: number;
  historyLimit: number;
  outputOrder: (outputs: readonly string[]) => string[];
}

export function createLife(options: LifeOptions): Life {
  const { files, classes, newer } = options;
  const ended = new AbortController();
  const queueInfo = () => ({ exec_info: { queue_remaining: queue.remaining() } });
  const queue = createQueue({
    historyLimit: options.historyLimit,
    onChange: () => hub.send('status', { status: queueInfo() }, null),
  });
  const hub: SocketHub = createSocketHub({
    queueInfo,
    currentNode: (clientId) => executor.currentNode(clientId),
  });
  const executor: Executor = createExecutor({ ...options, queue, hub, signal: ended.signal });
  const submit = createSubmit({
    ...options,
    queue,
    wake: () => executor.wake(),
    validate: (prompt, only) =>
      validatePrompt(prompt, only, { classes, newer, customCheck: (...input) => checkFile(files, ...input) }),
  });
  return { queue, hub, executor, submit, queueInfo, end: () => ended.abort() };
}

/** LoadImage and LoadAudio look for their file themselves instead of checking the list. */
function checkFile(
  files: FileStore,
  className: string,
  input: string,
  value: unknown,
): true | string | undefined {
  const isImage = (className === 'LoadImage' || className === 'LoadImageMask') && input === 'image';
  const isAudio = className === 'LoadAudio' && input === 'audio';
  if (!isImage && !isAudio) return undefined;
  if (typeof value !== 'string' && value !== undefined) {
    const message = `'${typeName(value)}' object has no attribute 'endswith'`;
    throw pythonError('AttributeError', message, ['/comfyui/nodes.py:1713:VALIDATE_INPUTS']);
  }
  const name = value ?? '';
  if (files.get(parseFileName(name, 'input')) !== undefined) return true;
  return `Invalid ${isImage ? 'image' : 'audio'} file: ${name}`;
}
