/** The list of assets, as a page and page by page. */
import { expect } from 'vitest';
import type * as wire from '../../src/api/answers.ts';
import type { TestGateway } from './gateway.ts';

export async function listAssets(
  gateway: TestGateway,
  query: Record<string, string> = {},
  headers: Record<string, string> = {},
): Promise<wire.AssetList> {
  const path = `/api/v2/assets?${new URLSearchParams(query)}`;
  const response = await gateway.request('GET', path, undefined, headers);
  expect(response.status).toBe(200);
  return (await response.json()) as wire.AssetList;
}

/** Ids over all pages of `limit` each. */
export async function pagedIds(gateway: TestGateway, limit: number): Promise<string[]> {
  const found: string[] = [];
  let cursor: string | null = null;
  do {
    const query = { limit: String(limit), ...(cursor && { cursor }) };
    const page: wire.AssetList = await listAssets(gateway, query);
    expect(page.assets.length).toBeLessThanOrEqual(limit);
    expect(page.truncated).toBe(page.next_cursor !== null);
    found.push(...page.assets.map(({ id }) => id));
    cursor = page.next_cursor;
  } while (cursor);
  return found;
}
