/** Uploading assets, and what can be done with uploads. What is no upload is left to the routes of outputs. */
import { Hono } from 'hono';
import type * as wire from '../api/answers.ts';
import * as requests from '../api/requests.ts';
import { checkFilePath } from '../assets/file-path.ts';
import type { OutputAssets } from '../assets/outputs.ts';
import type { Places } from '../assets/places.ts';
import { tooLarge, type Receiver, type Seen } from '../assets/receive.ts';
import { contentTypeOf } from '../assets/sniff.ts';
import type { Upload } from '../assets/contents.ts';
import type { NewUse, Uploads } from '../assets/uploads.ts';
import { GatewayError } from '../errors.ts';
import { inertHeaders } from './assets.ts';
import type { BodyReader } from './body.ts';
import { answerBytes } from './bytes.ts';
import type { AppContext, Env } from './context.ts';
import { drainBody, readFileForm, type FileForm } from './multipart.ts';
import { refusal } from './parse.ts';
import type { Presenter } from './present.ts';

export interface UploadRouteDeps {
  uploads: Uploads;
  receiver: Receiver;
  presenter: Presenter;
  outputs: Pick<OutputAssets, 'find'>;
  bodies: BodyReader;
  config: { maxUploadBytes: number; assetTtlMs: number };
}

/** Bytes that are read of what is refused, in limits of one file. */
const DRAINED = 2;

/** Bytes of a form beside its file: its fields and their headers. */
const FORM_BYTES = 1024 * 1024;

export function uploadRoutes({
  uploads,
  receiver,
  presenter,
  outputs,
  bodies,
  config,
}: UploadRouteDeps): Hono<Env> {
  const routes = new Hono<Env>();

  const present = (c: AppContext, upload: Upload, createdNew?: boolean): wire.Asset =>
    presenter.upload(upload, { base: c.var.base, owner: c.var.caller.owner }, createdNew);

  const ttlOf = (seconds: number | undefined): number =>
    seconds === undefined ? config.assetTtlMs : seconds * 1000;

  /** What the fields of the form say, once all of the file was seen. */
  async function useOf(form: FileForm, { hash, sizeBytes, sniffed }: Seen): Promise<NewUse> {
    const fields = parseFields(await form.fields());
    if (sizeBytes === 0) throw empty();
    const expected = fields.expected_hash;
    if (expected !== undefined && expected !== hash) throw mismatch(expected, hash);
    return {
      filePath: checkFilePath(fields.file_path),
      contentType: contentTypeOf(sniffed, fields.content_type ?? form.contentType),
      tags: fields.tags,
      ttlMs: ttlOf(fields.expires_in),
    };
  }

  routes.post('/assets', async (c) => {
    const { maxUploadBytes: maxBytes } = config;
    // So much more is no matter of fields.
    const declared = Number(c.req.header('content-length') ?? 0);
    if (declared > maxBytes + FORM_BYTES) {
      if (declared <= maxBytes * DRAINED) await drainBody(c, declared);
      throw tooLarge(maxBytes);
    }
    const form = await readFileForm(c);
    const incoming = { stream: form.stream, contentType: form.contentType, name: form.filename, maxBytes };
    try {
      const { owner } = c.var.caller;
      const { upload, createdNew } = await receiver.receive(owner, incoming, (seen) => useOf(form, seen));
      return c.json(present(c, upload, createdNew), createdNew ? 201 : 200);
    } catch (error) {
      await form.drain(maxBytes * DRAINED);
      throw error;
    }
  });

  routes.post('/assets/from-hash', async (c) => {
    const { body } = await bodies.json(c);
    const parsed = requests.FromHashRequest.safeParse(body);
    if (!parsed.success) throw refusal(parsed.error, body, 422);
    const { hash, file_path: path, tags = [], expires_in: expiresIn } = parsed.data;
    const { owner } = c.var.caller;
    const filePath = path === undefined ? undefined : checkFilePath(path);
    const content = await uploads.byHash(owner, hash);
    const latest = Object.values(content?.uses ?? {}).at(-1);
    if (!content || !latest) throw notThere(`blake3:${hash}`);
    const use = {
      filePath: filePath ?? latest.filePath,
      contentType: latest.contentType,
      tags,
      ttlMs: ttlOf(expiresIn),
    };
    const added = await uploads.add(owner, content, undefined, use);
    if (!added) throw notThere(`blake3:${hash}`);
    return c.json(present(c, added.upload, false), added.repeated ? 200 : 201);
  });

  // Hono answers HEAD by what GET would say.
  routes.get('/assets/by-hash/:hash', async (c) => {
    if (c.req.raw.method !== 'HEAD') {
      throw new GatewayError('method_not_allowed', 'This takes only HEAD: its answer is the status.', {
        details: { allowed_methods: ['HEAD'] },
      });
    }
    const hash = requests.Blake3Hash.safeParse(c.req.param('hash'));
    const content = hash.success ? await uploads.byHash(c.var.caller.owner, hash.data) : undefined;
    if (!content) throw notThere(c.req.param('hash'));
    return c.body(null, 200);
  });

  routes.get('/assets/:id', async (c, next) => {
    const upload = await uploads.find(c.var.caller, c.req.param('id'));
    return upload ? c.json(present(c, upload)) : next();
  });

  routes.delete('/assets/:id', async (c) => {
    const id = c.req.param('id');
    const upload = await uploads.find(c.var.caller, id);
    if (upload) {
      await uploads.remove(upload);
      return c.body(null, 204);
    }
    const { job } = await outputs.find(c.var.caller, id);
    throw new GatewayError(
      'asset_in_use',
      `This is an output of job '${job.id}' and goes with it: DELETE /api/v2/jobs/${job.id}.`,
    );
  });

  return routes;
}

/** Apart from the records, as it also takes a signed link. */
export function uploadContentRoute({ uploads, places }: { uploads: Uploads; places: Places }): Hono<Env> {
  const routes = new Hono<Env>();
  routes.get('/assets/:id/content', async (c, next) => {
    const upload = await uploads.find(c.var.caller, c.req.param('id'));
    if (!upload) return next();
    const { hash, sizeBytes, contentType, filePath, place } = upload;
    return answerBytes(c, {
      sizeBytes,
      etag: hash,
      headers: inertHeaders(contentType, filePath.slice(filePath.lastIndexOf('/') + 1)),
      async open(range) {
        const stream = await places.open(place, range);
        if (stream) return stream;
        throw new GatewayError(
          'output_unavailable',
          'The bytes of this upload are gone from where they were kept. Upload the file again.',
        );
      },
    });
  });
  return routes;
}

function parseFields(fields: Map<string, string[]>) {
  const given: Record<string, unknown> = { tags: fields.get('tags') ?? [] };
  for (const [name, values] of fields) if (name !== 'tags') given[name] = values.at(-1)?.trim();
  const parsed = requests.UploadFields.safeParse(given);
  if (!parsed.success) throw refusal(parsed.error, given, 422);
  return parsed.data;
}

function empty(): GatewayError {
  return new GatewayError('invalid_request', 'The file has no bytes. Look at what was sent as its part.', {
    status: 422,
    details: { field: 'file', size_bytes: 0 },
  });
}

function mismatch(expected: string, hash: string): GatewayError {
  return new GatewayError(
    'hash_mismatch',
    'The bytes that came are not those of expected_hash; nothing of them was kept. Compute the blake3 of the file again, and look whether it changes on its way.',
    { details: { expected_hash: `blake3:${expected}`, hash: `blake3:${hash}` } },
  );
}

function notThere(hash: string): GatewayError {
  return new GatewayError(
    'blob_not_found',
    `There are no bytes of yours with the hash '${hash.slice(0, 80)}'. Upload the file.`,
  );
}
