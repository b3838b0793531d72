/** WAV, FLAC, Ogg (Vorbis, Opus) and MP3: the duration, in ms. Undefined if the file does not say it. */
import { PAGE_BYTES, textAt, type Pages } from './pages.ts';

export async function wavDuration(pages: Pages): Promise<number | undefined> {
  let bytesPerSecond = 0;
  for (let at = 12, chunks = 0; at + 8 <= pages.sizeBytes && chunks < 100; chunks++) {
    const view = await pages.view(at, 20);
    const size = view.getUint32(4, true);
    const name = textAt(view, 0, 4);
    if (name === 'fmt ') bytesPerSecond = view.getUint32(16, true);
    // A stream does not know its length, and one of 4 GB cannot say it: it goes on to the end.
    if (name === 'data')
      return (Math.min(size || Infinity, pages.sizeBytes - at - 8) / bytesPerSecond) * 1_000;
    at += 8 + size + (size & 1);
  }
  return undefined;
}

export async function flacDuration(pages: Pages): Promise<number | undefined> {
  const view = await pages.view(0, 26);
  const rate = view.getUint32(18) >>> 12;
  const samples = (view.getUint8(21) & 15) * 2 ** 32 + view.getUint32(22);
  return samples > 0 ? (samples / rate) * 1_000 : undefined;
}

/** The last page says how many samples there were up to its end. */
export async function oggDuration(pages: Pages): Promise<number | undefined> {
  const first = await pages.view(0, 27 + 255 + 19);
  const packet = 27 + first.getUint8(26);
  const isOpus = textAt(first, packet, 8) === 'OpusHead';
  if (!isOpus && textAt(first, packet + 1, 6) !== 'vorbis') return undefined;
  const rate = isOpus ? 48_000 : first.getUint32(packet + 12, true);
  const skipped = isOpus ? first.getUint16(packet + 10, true) : 0;
  const serial = first.getUint32(14, true);
  // A page has 64 KB at most.
  const tail = await pages.view(Math.max(0, pages.sizeBytes - PAGE_BYTES - 300), PAGE_BYTES + 300);
  for (let at = tail.byteLength - 27; at >= 0; at--) {
    if (tail.getUint32(at) !== OGGS || tail.getUint32(at + 14, true) !== serial) continue;
    const samples = Number(tail.getBigInt64(at + 6, true));
    if (samples > 0) return ((samples - skipped) / rate) * 1_000;
  }
  return undefined;
}

const OGGS = 0x4f676753;

/** By the count of frames, if an encoder left it there, else as if all frames were like the first. */
export async function mp3Duration(pages: Pages): Promise<number | undefined> {
  const start = await afterTag(pages);
  const view = await pages.view(start, 2_048);
  for (let at = 0; at + 4 <= view.byteLength; at++) {
    const frame = mp3Frame(view.getUint32(at));
    if (!frame) continue;
    // Behind the side information, whose size depends on version and channels.
    const note = at + 4 + frame.sideBytes;
    const name = textAt(view, note, 4);
    const hasCount = (name === 'Xing' || name === 'Info') && (view.getUint32(note + 4) & 1) === 1;
    const seconds = hasCount
      ? (view.getUint32(note + 8) * frame.samples) / frame.rate
      : ((pages.sizeBytes - start - at) * 8) / frame.bitsPerSecond;
    return seconds * 1_000;
  }
  return undefined;
}

/** Where an ID3 tag ends. */
async function afterTag(pages: Pages): Promise<number> {
  const view = await pages.view(0, 10);
  if (textAt(view, 0, 3) !== 'ID3') return 0;
  return [6, 7, 8, 9].reduce((size, at) => size * 128 + (view.getUint8(at) & 127), 0) + 10;
}

/** Of MPEG 1, and of MPEG 2 and 2.5. */
const KBITS = [
  [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0],
  [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0],
] as const;
const RATES = [44_100, 48_000, 32_000, 0] as const;

/** The head of a frame of layer III, undefined if it is none. */
function mp3Frame(head: number) {
  const version = (head >>> 19) & 3;
  if (head >>> 21 !== 0x7ff || version === 1 || ((head >>> 17) & 3) !== 1) return undefined;
  const isFirst = version === 3;
  const bitsPerSecond = KBITS[isFirst ? 0 : 1][(head >>> 12) & 15]! * 1_000;
  const rate = RATES[(head >>> 10) & 3]! / (isFirst ? 1 : version === 2 ? 2 : 4);
  if (bitsPerSecond === 0 || rate === 0) return undefined;
  const isMono = ((head >>> 6) & 3) === 3;
  const sideBytes = isFirst ? (isMono ? 17 : 32) : isMono ? 9 : 17;
  return { bitsPerSecond, rate, sideBytes, samples: isFirst ? 1_152 : 576 };
}
