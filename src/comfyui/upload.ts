/**
 * ComfyUI's `POST /upload/image`, sent while the file is read, so that no file is held in memory. If the file breaks off, so
 * does the request, before its end: ComfyUI keeps nothing of it.
 */
import { GatewayError } from '../errors.ts';
import type { BackendAddress, Fetch } from './client.ts';
import { badAnswer, ComfyError, connectionFault } from './errors.ts';
import { isObject } from './json.ts';
import type { FileRef } from './outputs.ts';

/** A file for ComfyUI's input folder. Names are of our own making: letters, digits, `.`, `_`, `-`. */
export interface UploadFile {
  filename: string;
  /** Below the input folder, '' for the folder itself. */
  subfolder: string;
  contentType: string;
  body: ReadableStream<Uint8Array>;
}

interface Sending {
  address: BackendAddress;
  fetch: Fetch;
  /** Longest pause between two pieces, and from the last to the answer, in ms. */
  limitMs: number;
}

/** Returns what the file is called there. Throws what broke the file off, or a `GatewayError`. */
export async function sendFile({ address, fetch, limitMs }: Sending, file: UploadFile): Promise<FileRef> {
  const { name, url, headers } = address;
  const limit = new AbortController();
  const stalled = () => limit.abort(new DOMException('no progress', 'TimeoutError'));
  let timer = setTimeout(stalled, limitMs);
  let fault: { error: unknown } | undefined;
  const form = createForm(
    file,
    () => {
      clearTimeout(timer);
      timer = setTimeout(stalled, limitMs);
    },
    (error) => {
      fault = { error };
      limit.abort(error);
    },
  );
  try {
    const response = await fetch(`${url}/upload/image`, {
      method: 'POST',
      headers: { ...headers, 'content-type': form.contentType },
      body: form.body,
      signal: limit.signal,
    });
    const text = await response.text();
    if (fault) throw fault.error;
    if (response.status === 413) {
      throw new GatewayError(
        'payload_too_large',
        `${name} does not take a file of this size; its own limit is ComfyUI's --max-upload-size, 100 MB if it is not given.`,
      );
    }
    if (!response.ok) throw badAnswer(name, 'POST /upload/image', response.status, text);
    return nameIn(name, text);
  } catch (error) {
    if (fault) throw fault.error;
    throw error instanceof GatewayError ? error : connectionFault(name, error);
  } finally {
    clearTimeout(timer);
    form.abandon();
  }
}

/** `onChunk` is called when a piece was taken from the file, `onFault` with what broke it off. */
function createForm(
  { filename, subfolder, contentType, body }: UploadFile,
  onChunk: () => void,
  onFault: (error: unknown) => void,
) {
  const boundary = `comfygate-${crypto.randomUUID()}`;
  const part = (disposition: string, more = '') =>
    `--${boundary}\r\ncontent-disposition: form-data; ${disposition}\r\n${more}\r\n`;
  const head =
    `${part('name="type"')}input\r\n` +
    (subfolder === '' ? '' : `${part('name="subfolder"')}${subfolder}\r\n`) +
    part(`name="image"; filename="${filename}"`, `content-type: ${contentType}\r\n`);
  const encoder = new TextEncoder();
  const reader = body.getReader();
  let begun = false;
  let abandoned = false;
  const source = {
    async pull(controller: ReadableStreamDefaultController<Uint8Array>) {
      if (!begun) {
        begun = true;
        return controller.enqueue(encoder.encode(head));
      }
      try {
        const { done, value } = await reader.read();
        // The end of a file that nobody wants any more is not its end.
        if (abandoned) throw new Error('abandoned');
        onChunk();
        if (!done) return controller.enqueue(value);
        controller.enqueue(encoder.encode(`\r\n--${boundary}--\r\n`));
        controller.close();
      } catch (error) {
        if (!abandoned) onFault(error);
        controller.error(error);
      }
    },
    cancel: () => abandon(),
  };
  function abandon(): void {
    abandoned = true;
    void reader.cancel().catch(() => undefined);
  }
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    body: new ReadableStream(source, { highWaterMark: 0 }),
    abandon,
  };
}

function nameIn(name: string, text: string): FileRef {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch (error) {
    throw new ComfyError('answered', `${name} sent something that is not JSON.`, error);
  }
  if (!isObject(answer) || typeof answer['name'] !== 'string')
    throw badAnswer(name, 'POST /upload/image', 200, text);
  const { name: filename, subfolder } = answer;
  return { filename, subfolder: typeof subfolder === 'string' ? subfolder : '', type: 'input' };
}
