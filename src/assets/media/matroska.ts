/** Matroska and WebM: what stands before the first cluster. What was recorded live says no duration. */
import type { MediaFacts } from '../media-facts.ts';
import type { Pages } from './pages.ts';

/** Real files have a few dozen before their pictures. */
const MAX_ELEMENTS = 1_000;

const SEGMENT = 0x18538067;
const CLUSTER = 0x1f43b675;
const TIMESTAMP_SCALE = 0x2ad7b1;
const DURATION = 0x4489;
const PIXEL_WIDTH = 0xb0;
const PIXEL_HEIGHT = 0xba;
/** Segment, information, tracks, track, video. */
const CONTAINERS = new Set([SEGMENT, 0x1549a966, 0x1654ae6b, 0xae, 0xe0]);

export async function matroskaFacts(pages: Pages): Promise<MediaFacts> {
  const facts: MediaFacts = {};
  let left = MAX_ELEMENTS;
  let duration = 0;
  let scaleNs = 1_000_000;

  async function walk(from: number, to: number): Promise<void> {
    for (let at = from; at + 2 <= to && left > 0;) {
      left--;
      const head = await pages.view(at, 12);
      const idLength = Math.clz32(head.getUint8(0)) - 23;
      const id = numberAt(head, 0, idLength);
      const sizeLength = Math.clz32(head.getUint8(idLength)) - 23;
      if (idLength > 4 || sizeLength > 8 || id === CLUSTER) {
        left = 0;
        return;
      }
      // Its first bit that is set says how long it is.
      head.setUint8(idLength, head.getUint8(idLength) & (0xff >> sizeLength));
      const size = numberAt(head, idLength, sizeLength);
      const body = at + idLength + sizeLength;
      // All ones: up to the end of what it is in.
      const end = size === 2 ** (7 * sizeLength) - 1 ? to : Math.min(to, body + size);
      if (CONTAINERS.has(id)) await walk(body, end);
      else await learn(id, body, end - body);
      at = end;
    }
  }

  async function learn(id: number, at: number, length: number): Promise<void> {
    if (![TIMESTAMP_SCALE, DURATION, PIXEL_WIDTH, PIXEL_HEIGHT].includes(id) || length > 8) return;
    const view = await pages.view(at, length);
    if (id === DURATION) duration = length === 4 ? view.getFloat32(0) : view.getFloat64(0);
    else if (id === TIMESTAMP_SCALE) scaleNs = numberAt(view, 0, length);
    else if (id === PIXEL_WIDTH) facts.width ??= numberAt(view, 0, length);
    else facts.height ??= numberAt(view, 0, length);
  }

  await walk(0, pages.sizeBytes);
  if (duration > 0) facts.durationMs = (duration * scaleNs) / 1e6;
  return facts;
}

function numberAt(view: DataView, at: number, length: number): number {
  let value = 0;
  for (let i = at; i < at + length; i++) value = value * 256 + view.getUint8(i);
  return value;
}
