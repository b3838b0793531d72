/** Output schemas: types only, as every client pays for their length. `N…` may be null. */
import type { JsonObject } from '../comfyui/json.ts';

export const S = { type: 'string' };
export const I = { type: 'integer' };
export const N = { type: 'number' };
export const B = { type: 'boolean' };
export const O = { type: 'object' };
export const A = { type: 'array' };
export const NS = { type: ['string', 'null'] };
export const NI = { type: ['integer', 'null'] };
export const NO = { type: ['object', 'null'] };

export function objectOf(properties: JsonObject): JsonObject {
  return { type: 'object', properties };
}

export function listOf(properties: JsonObject): JsonObject {
  return { type: 'array', items: { type: 'object', properties } };
}

/** An asset, as tools that make one and tools that list them name it. */
export const ASSET: JsonObject = {
  asset_id: S,
  asset_url: S,
  filename: S,
  subfolder: S,
  folder_type: S,
  mime_type: S,
  width: NI,
  height: NI,
  bytes_size: I,
};

/** What surrounds an asset in lists. */
export const ASSET_RECORD: JsonObject = {
  ...ASSET,
  workflow_id: NS,
  prompt_id: S,
  created_at: S,
  expires_at: S,
  session_id: NS,
};

/** A job that a tool submitted, as far as it got. */
export const RUN: JsonObject = {
  job_id: S,
  prompt_id: S,
  status: S,
  message: S,
  tool: S,
  workflow_id: NS,
  ...ASSET,
  image_url: S,
  assets: A,
  inline_preview_base64: S,
  inline_preview_mime_type: S,
};
