/** MP4, M4A and MOV: the boxes of `moov`, wherever in the file it lies. */
import type { MediaFacts } from '../media-facts.ts';
import { textAt, type Pages } from './pages.ts';

/** Real files have a few dozen. */
const MAX_BOXES = 1_000;

const CONTAINERS = new Set(['moov', 'trak', 'mvex']);

/** A fragmented file may not say its duration. */
export async function mp4Facts(pages: Pages): Promise<MediaFacts> {
  const facts: MediaFacts = {};
  let left = MAX_BOXES;
  let timescale = 0;
  const tell = (duration: number): void => {
    if (duration > 0 && timescale > 0) facts.durationMs = (duration / timescale) * 1_000;
  };

  async function walk(from: number, to: number): Promise<void> {
    for (let at = from; at + 8 <= to && left-- > 0;) {
      const head = await pages.view(at, 16);
      const name = textAt(head, 4, 4);
      const isLong = head.getUint32(0) === 1;
      const size = isLong ? Number(head.getBigUint64(8)) : head.getUint32(0) || to - at;
      const body = at + (isLong ? 16 : 8);
      const end = Math.min(to, at + size);
      if (end < body) return;
      if (CONTAINERS.has(name)) await walk(body, end);
      if (name === 'moov') return;
      if (name === 'mvhd') {
        const view = await pages.view(body, 32);
        const isWide = view.getUint8(0) === 1;
        timescale = view.getUint32(isWide ? 20 : 12);
        tell(isWide ? Number(view.getBigUint64(24)) : view.getUint32(16));
      }
      if (name === 'mehd') {
        const view = await pages.view(body, 12);
        tell(view.getUint8(0) === 1 ? Number(view.getBigUint64(4)) : view.getUint32(4));
      }
      if (name === 'tkhd' && facts.width === undefined) Object.assign(facts, await trackSize(end));
      at = end;
    }
  }

  /** The last of a track's head are its matrix, its width and its height. */
  async function trackSize(end: number): Promise<MediaFacts> {
    const view = await pages.view(end - 44, 44);
    const [width, height] = [view.getUint32(36) >>> 16, view.getUint32(40) >>> 16];
    if (width === 0 || height === 0) return {};
    const isTurned = view.getInt32(0) === 0 && view.getInt32(4) !== 0;
    return isTurned ? { width: height, height: width } : { width, height };
  }

  await walk(0, pages.sizeBytes);
  return facts;
}
