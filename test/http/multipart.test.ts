/** Forms are the same however the network cuts them. */
import { array, assert, asyncProperty, constantFrom, integer } from 'fast-check';
import { Hono } from 'hono';
import { expect, test } from 'vitest';
import type { Env } from '../../src/http/context.ts';
import { readFileForm } from '../../src/http/multipart.ts';

const BOUNDARY = '----WebKitFormBoundary-a--b-';

test('a form cut at any two places', async () => {
  // All that looks like a boundary and is none.
  const file = `PNG\r\n--\r\n------WebKit\r\n\r\r\n-----\r\n--${BOUNDARY.slice(0, -1)}\r`;
  const whole = form(file);
  for (let i = 0; i <= whole.length; i += 3) {
    for (let j = i; j <= whole.length; j += j < i + 8 ? 1 : 11)
      expect(await parse([whole.subarray(0, i), whole.subarray(i, j), whole.subarray(j)])).toEqual(
        read(file),
      );
  }
  for (let i = whole.length - 60; i <= whole.length; i++)
    expect(await parse([whole.subarray(0, i), whole.subarray(i)])).toEqual(read(file));
});

test('a form byte by byte', async () => {
  const whole = form('a--b');
  expect(await parse([...whole].map((byte) => Uint8Array.of(byte)))).toEqual(read('a--b'));
});

test('any file, cut anywhere', async () => {
  const bits = constantFrom('\r\n', '--', '-', '\r', BOUNDARY.slice(0, 9), 'x', '\0', '\r\n--');
  const cuts = array(integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 });
  await assert(
    asyncProperty(array(bits, { maxLength: 30 }), cuts, async (parts, sizes) => {
      const file = parts.join('');
      const whole = form(file);
      const chunks: Uint8Array[] = [];
      for (let at = 0, i = 0; at < whole.length; i++)
        chunks.push(whole.subarray(at, (at += sizes[i % sizes.length]!)));
      expect(await parse(chunks)).toEqual(read(file));
    }),
  );
});

function read(file: string) {
  return { file, filename: 'a b.png', contentType: 'image/png', before: ['photo.png'], after: ['1', '2'] };
}

function form(file: string): Uint8Array {
  const part = (disposition: string, value: string, more = '') =>
    `--${BOUNDARY}\r\ncontent-disposition: form-data; ${disposition}\r\n${more}\r\n${value}\r\n`;
  const text =
    part('name="before"', 'photo.png') +
    part('name="file"; filename="a b.png"', file, 'content-type: image/png\r\n') +
    part('name="after"', '1') +
    part('name="after"', '2') +
    `--${BOUNDARY}--\r\n`;
  return new TextEncoder().encode(text);
}

async function parse(chunks: readonly Uint8Array[]): Promise<unknown> {
  const app = new Hono<Env>();
  app.onError((error, c) => c.json({ error: error.message }));
  app.post('/', async (c) => {
    const { stream, filename, contentType, fields } = await readFileForm(c);
    const file = await new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).text();
    const all = await fields();
    return c.json({ file, filename, contentType, before: all.get('before'), after: all.get('after') });
  });
  const rest = chunks.filter(({ length }) => length > 0);
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const chunk = rest.shift();
      if (chunk) controller.enqueue(chunk);
      else controller.close();
    },
  });
  const init = { method: 'POST', body, duplex: 'half' } as RequestInit;
  const headers = { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` };
  return (await app.request('/', { ...init, headers })).json();
}
