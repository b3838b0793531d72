/**
 * `multipart/form-data` with one file, read as it comes: fields may stand before the file and after it, and no more of
 * the body is read than somebody takes.
 */
import { decodeField, make, type MultipartError } from 'multipasta';
import { GatewayError } from '../errors.ts';
import type { AppContext } from './context.ts';

export interface FileForm {
  /** The file in the part `file`. */
  stream: ReadableStream<Uint8Array>;
  contentType: string;
  filename: string;
  /** Reads the rest of the body. All values of each field, in their order. */
  fields(): Promise<Map<string, string[]>>;
  /** Reads on for so many bytes at most and throws them away: most clients look for an answer only then. Never throws. */
  drain(maxBytes: number): Promise<void>;
}

/** Longest wait for the next bytes, and for all of them, in ms. */
const STALL_MS = 60_000;
const TOTAL_MS = 60 * 60 * 1000;

/** Longest wait for bytes that are thrown away, in ms. */
const DRAIN_MS = 2_000;

/** Most parts, and most bytes of all that is not the file. */
const MAX_PARTS = 100;
const MAX_FIELD_BYTES = 64 * 1024;

/** Throws away the body of a request that is refused unread, up to so many bytes. */
export async function drainBody(c: AppContext, maxBytes: number): Promise<void> {
  const { body } = c.req.raw;
  if (body) await drain(body.getReader(), maxBytes);
}

/** Throws 422 `invalid_request` if the body is no such form, or has no file. */
export async function readFileForm(c: AppContext): Promise<FileForm> {
  const contentType = c.req.header('content-type') ?? '';
  const { body } = c.req.raw;
  if (!/^multipart\/form-data\s*;/i.test(contentType) || !body) {
    throw invalid(
      `The body must be multipart/form-data with a file in its part 'file'; given: ${contentType.slice(0, 100) || 'no Content-Type'}.`,
    );
  }
  const reader = body.getReader();
  const fields = new Map<string, string[]>();
  const chunks: Uint8Array[] = [];
  const deadline = Date.now() + TOTAL_MS;
  let file: { contentType: string; filename: string } | undefined;
  let fileEnded = false;
  let ended = false;
  let complete = false;
  let held = new Uint8Array(0);
  const parser = make({
    headers: { 'content-type': contentType },
    isFile: ({ name }) => name === 'file',
    maxParts: MAX_PARTS,
    maxFieldSize: MAX_FIELD_BYTES,
    onField: (info, value) => {
      fields.set(info.name, [...(fields.get(info.name) ?? []), decodeField(info, value)]);
    },
    onFile: (info) => {
      if (file) throw invalid("The form has more than one part 'file'. Upload one file at a time.");
      file = { contentType: info.contentType, filename: info.filename ?? '' };
      return (chunk) => void (chunk === null ? (fileEnded = true) : chunks.push(chunk));
    },
    onError: (error) => {
      throw invalid(faultOf(error));
    },
    onDone: () => (complete = true),
  });

  /** Reads one piece of the body. */
  async function step(): Promise<void> {
    const { done, value } = await next(reader, Math.min(STALL_MS, deadline - Date.now()));
    parse(() => {
      if (!done) return feed(value);
      ended = true;
      if (held.length > 0) parser.write(held);
      parser.end();
      if (!complete) throw invalid('The form broke off before its end.');
    });
  }

  /** multipasta misses the end of a form if it gets its last dashes one by one: dashes wait for what comes next. */
  function feed(value: Uint8Array): void {
    let end = value.length;
    while (end > 0 && value[end - 1] === DASH) end--;
    if (end > 0) {
      const ready = value.subarray(0, end);
      parser.write(held.length > 0 ? concat(held, ready) : ready);
      held = new Uint8Array(0);
    }
    held = concat(held, value.subarray(end));
    if (held.length > MAX_FIELD_BYTES) {
      // Nothing but dashes, and too many for an end.
      parser.write(held.subarray(0, -2));
      held = held.slice(-2);
    }
  }

  while (!file && !ended) await step();
  if (!file) throw invalid("The form has no part 'file'.");
  const { contentType: type, filename } = file;
  const stream = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        while (chunks.length === 0 && !fileEnded) await step();
        const chunk = chunks.shift();
        if (chunk) controller.enqueue(chunk);
        else controller.close();
      },
    },
    { highWaterMark: 0 },
  );
  return {
    stream,
    contentType: type,
    filename,
    async fields() {
      while (!ended) {
        await step();
        chunks.length = 0;
      }
      return fields;
    },
    drain: (maxBytes) => drain(reader, maxBytes),
  };
}

/** Reads a body for so many bytes at most, and gives it up. Never throws. */
async function drain(reader: ReadableStreamDefaultReader<Uint8Array>, maxBytes: number): Promise<void> {
  try {
    for (let left = maxBytes; left > 0;) {
      const { done, value } = await next(reader, DRAIN_MS);
      if (done) return;
      left -= value.length;
    }
    await reader.cancel();
  } catch {
    // Whoever has gone waits for no answer.
  }
}

const DASH = 45;

function concat(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

/** The next piece of a body, or a refusal when it does not come in time. */
async function next(reader: ReadableStreamDefaultReader<Uint8Array>, limitMs: number) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const patience = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(invalid('The upload stood still, or took longer than an hour; nothing of it was kept.')),
      Math.max(limitMs, 0),
    );
  });
  try {
    return await Promise.race([reader.read(), patience]);
  } catch (error) {
    if (error instanceof GatewayError) {
      void reader.cancel().catch(() => undefined);
      throw error;
    }
    throw invalid('The upload broke off; nothing of it was kept.', error);
  } finally {
    clearTimeout(timer);
  }
}

/** What the parser throws is about the form. */
function parse(work: () => void): void {
  try {
    work();
  } catch (error) {
    throw error instanceof GatewayError ? error : invalid('The form cannot be read.', error);
  }
}

function faultOf(error: MultipartError): string {
  switch (error._tag) {
    case 'InvalidBoundary':
      return "The Content-Type names no 'boundary'. Let your HTTP client write this header itself.";
    case 'BadHeaders':
      return 'A part of the form has headers that cannot be read.';
    case 'InvalidDisposition':
      return 'A part of the form has no name.';
    case 'ReachedLimit':
      return error.limit === 'MaxParts'
        ? `The form has more than ${MAX_PARTS} parts.`
        : `A field of the form has more than ${MAX_FIELD_BYTES} bytes.`;
    case 'EndNotReached':
      return 'The form broke off before its end.';
  }
}

function invalid(message: string, cause?: unknown): GatewayError {
  return new GatewayError('invalid_request', message, { status: 422, cause });
}
