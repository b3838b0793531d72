// POST /prompt: numbers, ids, validation, and the ways in which ComfyUI refuses or trips.

import { randomUUID } from 'node:crypto';
import { json, serverError } from './http.ts';
import type { PromptQueue } from './queue.ts';
import { str, toBool, toFloat } from './python.ts';
import { isRecord, type Graph, type Reply } from './types.ts';
import type { Validation } from './validate.ts';

export interface Submit {
  (body: unknown): Reply;
}

export function createSubmit(options: {
  queue: PromptQueue;
  wake: () => void;
  validate: (prompt: unknown, only: unknown) => Validation;
  newer: boolean;
  firstNumber: number;
  now: () => number;
  outputOrder: (outputs: readonly string[]) => string[];
}): Submit {
  const { queue, newer } = options;
  let counter = options.firstNumber;

  return (body) => {
    if (typeof body !== 'object' || body === null) return serverError();
    const request: Record<string, unknown> = isRecord(body) ? body : {};
    let number: number;
    if ('number' in request) {
      number = toFloat(request['number']);
    } else {
      // Also a prompt that is refused below uses up a number.
      number = counter++;
      if (number !== 0 && toBool(request['front'])) number = -number;
    }
    if (!('prompt' in request)) return refuse(noPrompt);

    const asked = request['prompt_id'];
    if (newer && asked !== undefined && asked !== null && !isCanonicalUuid(asked)) return refuse(badId);
    const minted = newer ? asked === undefined || asked === null : asked === undefined;
    const promptId = minted ? randomUUID() : str(asked);

    const checked = options.validate(request['prompt'], request['partial_execution_targets'] ?? null);
    const extraData = 'extra_data' in request ? request['extra_data'] : {};
    if ('client_id' in request) {
      if (!isRecord(extraData)) return serverError();
      extraData['client_id'] = request['client_id'];
    }
    if (!checked.ok) return refuse(checked.error, checked.nodeErrors);
    // A list passes, as in ComfyUI: it can be asked for its members.
    if (typeof extraData !== 'object' || extraData === null) return serverError();
    const extra = isRecord(extraData) ? extraData : {};
    if (newer) {
      delete extra['api_key_comfy_org'];
      delete extra['auth_token_comfy_org'];
      extra['create_time'] = options.now();
    }
    // Validation has seen an object of nodes with known classes.
    const graph = request['prompt'] as Graph;
    queue.put([number, promptId, graph, extra, options.outputOrder(checked.outputs)]);
    options.wake();
    return json({ prompt_id: promptId, number, node_errors: checked.nodeErrors });
  };
}

const noPrompt = {
  type: 'no_prompt',
  message: 'No prompt provided',
  details: 'No prompt provided',
  extra_info: {},
};

const badId = {
  type: 'invalid_prompt_id',
  message: 'prompt_id must be a valid UUID',
  details:
    'prompt_id must be a UUID string in canonical lowercase hyphenated form; omit it to let the server generate one',
  extra_info: {},
};

function refuse(error: unknown, nodeErrors: unknown = {}): Reply {
  return json({ error, node_errors: nodeErrors }, 400);
}

export function isCanonicalUuid(value: unknown): boolean {
  return typeof value === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value);
}
