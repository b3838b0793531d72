/** A file that is read in pages, each once, up to a limit: parsers may ask for bits of it as they please. */

/** The bytes from `start` to `end`, that one not included. Fewer if the file ends earlier. */
export type ReadRange = (start: number, end: number) => Promise<Uint8Array>;

export interface Pages {
  sizeBytes: number;
  /** Of `length` bytes from `start`; fewer where the file ends. Rejects beyond the limit. */
  view(start: number, length: number): Promise<DataView>;
}

export const PAGE_BYTES = 64 * 1024;
export const MAX_PAGES = 32;

export function createPages(sizeBytes: number, read: ReadRange): Pages {
  const pages = new Map<number, Uint8Array>();

  /** Those from `from` to `to`, that one not included. */
  async function load(from: number, to: number): Promise<void> {
    if (pages.size + to - from > MAX_PAGES) throw new Error(`more than ${MAX_PAGES} pages of the file`);
    const bytes = await read(from * PAGE_BYTES, Math.min(sizeBytes, to * PAGE_BYTES));
    for (let page = from; page < to; page++) {
      const at = (page - from) * PAGE_BYTES;
      pages.set(page, bytes.subarray(at, at + PAGE_BYTES));
    }
  }

  return {
    sizeBytes,
    async view(start, length) {
      const end = Math.min(sizeBytes, start + length);
      const first = Math.floor(start / PAGE_BYTES);
      const last = Math.ceil(end / PAGE_BYTES);
      if (last - first > MAX_PAGES) throw new Error(`more than ${MAX_PAGES} pages of the file`);
      for (let page = first; page < last; page++) {
        if (pages.has(page)) continue;
        let to = page + 1;
        while (to < last && !pages.has(to)) to++;
        await load(page, to);
      }
      const bytes = new Uint8Array(Math.max(0, end - start));
      let filled = 0;
      for (let page = first; page < last; page++) {
        const from = Math.max(0, start - page * PAGE_BYTES);
        const part = pages.get(page)!.subarray(from, from + bytes.length - filled);
        bytes.set(part, filled);
        filled += part.length;
      }
      return new DataView(bytes.buffer, 0, filled);
    },
  };
}

/** Characters of ASCII. */
export function textAt(view: DataView, at: number, length: number): string {
  const end = Math.min(view.byteLength, at + length);
  return String.fromCharCode(...new Uint8Array(view.buffer, view.byteOffset + at, Math.max(0, end - at)));
}
