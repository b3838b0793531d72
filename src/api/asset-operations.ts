/** Operations on assets. */
import {
  ref,
  path,
  header,
  answer,
  json,
  COMMON,
  UPSTREAM,
  OF_ONE,
  responseHeader,
  type Operations,
} from './operation.ts';
import * as requests from './requests.ts';

const ASSET_ID = path('Asset id, of an output of a job or of an upload.');
const BYTES = { '*/*': { schema: { type: 'string', format: 'binary' } } };
const RANGE = header('Range', 'One range of bytes, such as `bytes=0-1048575`.');
const ACCEPT_RANGES = responseHeader('Accept-Ranges', '`bytes`.');

export const ASSET_OPERATIONS: Operations = {
  'GET /api/v2/assets': {
    id: 'listAssets',
    tag: 'assets',
    summary: 'List outputs and uploads, newest first',
    description:
      'Outputs of all jobs that the caller may see, and uploads, until they expire. A filter by job, workflow or session leaves only outputs.',
    query: requests.AssetListQuery,
    answers: { 200: json('AssetList', 'A page of assets.') },
    errors: { ...COMMON, 400: ['invalid_request'] },
  },
  'POST /api/v2/assets': {
    id: 'postAssets',
    tag: 'assets',
    summary: 'Upload a file',
    description:
      'Streamed; fields may stand before or after the file. What it is, is read from its bytes. The same bytes of the same caller are kept once.',
    form: requests.UploadFields,
    answers: {
      201: json('Asset', 'The bytes were new.'),
      200: json('Asset', 'The caller had these bytes already.'),
    },
    errors: {
      ...COMMON,
      ...UPSTREAM,
      409: ['hash_mismatch'],
      413: ['payload_too_large'],
      422: ['invalid_request'],
    },
  },
  'POST /api/v2/assets/from-hash': {
    id: 'assetFromHash',
    tag: 'assets',
    summary: 'Make an asset of bytes that are there',
    body: { schema: ref('FromHashRequest') },
    answers: {
      201: json('Asset', 'An asset with a new name.'),
      200: json('Asset', 'The asset that there was.'),
    },
    errors: {
      ...COMMON,
      ...UPSTREAM,
      400: ['invalid_request'],
      404: ['blob_not_found'],
      413: ['payload_too_large'],
      415: ['unsupported_media_type'],
      422: ['invalid_request'],
    },
  },
  'HEAD /api/v2/assets/by-hash/{hash}': {
    id: 'headAssetByHash',
    tag: 'assets',
    summary: 'Whether the caller has uploaded these bytes',
    parameters: [{ ...path('`blake3:<hex>`'), name: 'hash' }],
    answers: { 200: answer('They are there.') },
    errors: { ...COMMON, ...UPSTREAM, 404: ['blob_not_found'] },
  },
  'DELETE /api/v2/assets/{id}': {
    id: 'deleteAsset',
    tag: 'assets',
    summary: 'Delete an upload',
    description: 'Bytes that no other asset of the caller has are deleted with it.',
    parameters: [ASSET_ID],
    answers: { 204: answer('It is gone.') },
    errors: { ...OF_ONE, 409: ['asset_in_use'] },
  },
  'GET /api/v2/assets/{id}': {
    id: 'getAsset',
    tag: 'assets',
    summary: 'Read an asset record',
    description: 'Comes with a fresh link to the bytes.',
    parameters: [ASSET_ID],
    answers: { 200: json('Asset', 'The asset.') },
    errors: OF_ONE,
  },
  'GET /api/v2/assets/{id}/content': {
    id: 'getAssetContent',
    tag: 'assets',
    summary: 'Fetch the bytes of an asset',
    description: 'Takes a key, or a signed link (the `url` of an output or asset).',
    parameters: [ASSET_ID, RANGE],
    answers: {
      200: answer('All bytes.', BYTES, ACCEPT_RANGES),
      206: answer('The range that was asked for.', BYTES, {
        ...ACCEPT_RANGES,
        ...responseHeader('Content-Range', 'Which bytes, and of how many.'),
      }),
      304: answer('The bytes are those of `If-None-Match`.'),
    },
    errors: { ...OF_ONE, 404: ['not_found', 'output_unavailable'], 416: ['range_not_satisfiable'] },
  },
  'HEAD /api/v2/assets/{id}/content': {
    id: 'headAssetContent',
    tag: 'assets',
    summary: 'Size and type of an asset',
    parameters: [ASSET_ID],
    answers: {
      200: answer('The headers of a GET.', undefined, ACCEPT_RANGES),
      304: answer('The bytes are those of `If-None-Match`.'),
    },
    errors: { ...OF_ONE, 404: ['not_found', 'output_unavailable'] },
  },
  'GET /api/v2/assets/{id}/thumbnail': {
    id: 'getAssetThumbnail',
    tag: 'assets',
    summary: 'A small picture of a picture',
    description:
      'WebP, upright, never larger than the original. Takes a key, or a signed link (the `thumbnail_url` of an asset).',
    parameters: [ASSET_ID],
    query: requests.ThumbnailQuery,
    answers: {
      200: answer('The thumbnail.', { 'image/webp': { schema: { type: 'string', format: 'binary' } } }),
      304: answer('It is that of `If-None-Match`.'),
    },
    errors: {
      ...OF_ONE,
      400: ['invalid_request'],
      404: ['not_found', 'output_unavailable'],
      413: ['payload_too_large'],
      415: ['unsupported_media_type'],
    },
  },
};
