// /userdata: the small files of the editor (saved workflows), flat in memory and bounded by number.

import { empty, json, text, type Route } from './http.ts';
import { joinInside } from './paths.ts';

const maxFiles = 1000;

export function userdataRoutes(now: () => number): Route[] {
  const files = new Map<string, { bytes: Buffer; modifiedMs: number }>();
  const seen = new Set<string>();
  const under = (dir: string) => {
    const folder = joinInside(dir);
    return [...files].filter(([path]) => folder !== undefined && path.startsWith(`${folder}/`));
  };
  return [
    {
      method: 'GET',
      pattern: '/userdata',
      handler({ query }) {
        const dir = query.get('dir') ?? '';
        if (dir === '') return text('Directory not provided', 400);
        const found = under(dir);
        if (found.length === 0 && !seen.has(dir)) return text('Directory not found', 404);
        const list = found.map(([path, { bytes, modifiedMs }]) => {
          const name = path.slice(dir.length + 1);
          const time = modifiedMs / 1000;
          return query.get('full_info') === 'true'
            ? { path: name, size: bytes.length, modified: time, created: time }
            : name;
        });
        return json(list);
      },
    },
    {
      method: 'GET',
      pattern: '/v2/userdata',
      handler({ query }) {
        const dir = query.get('path') ?? '';
        const list = under(dir).map(([path, { bytes, modifiedMs }]) => ({
          name: path.slice(dir.length + 1),
          path,
          type: 'file',
          size: bytes.length,
          modified: modifiedMs / 1000,
        }));
        return json(list);
      },
    },
    {
      method: 'POST',
      pattern: '/userdata/{file}',
      async handler(request) {
        const path = joinInside(request.params['file'] ?? '');
        if (path === undefined || files.size >= maxFiles) return empty(403);
        files.set(path, { bytes: await request.body(), modifiedMs: now() });
        seen.add(path.slice(0, Math.max(0, path.lastIndexOf('/'))));
        return json(path);
      },
    },
    {
      method: 'GET',
      pattern: '/userdata/{file}',
      handler({ params }) {
        const file = files.get(params['file'] ?? '');
        if (file === undefined) return empty(404);
        const headers = {
          'content-type': 'application/json',
          etag: `"${(BigInt(file.modifiedMs) * 1000000n).toString(16)}-${file.bytes.length.toString(16)}"`,
          'last-modified': new Date(file.modifiedMs).toUTCString(),
          'accept-ranges': 'bytes',
        };
        return { status: 200, headers, body: file.bytes };
      },
    },
    {
      method: 'DELETE',
      pattern: '/userdata/{file}',
      handler: ({ params }) => empty(files.delete(params['file'] ?? '') ? 204 : 404),
    },
  ];
}
