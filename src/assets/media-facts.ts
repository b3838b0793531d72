/**
 * Width, height and duration from a few pieces of a file, wherever it lies, on every runtime: pictures by image-size, video and
 * audio by the little of their formats that says it. mediabunny was passed over: a damaged Matroska file of 2 KB keeps its
 * version 1.61.0 busy for ever, and it would add 100 KB after gzip to the Worker.
 */
import { imageSize } from 'image-size';
import { flacDuration, mp3Duration, oggDuration, wavDuration } from './media/audio.ts';
import { matroskaFacts } from './media/matroska.ts';
import { mp4Facts } from './media/mp4.ts';
import { createPages, PAGE_BYTES, textAt, type Pages, type ReadRange } from './media/pages.ts';

export interface MediaFacts {
  /** In pixels, as shown: turned upright. */
  width?: number;
  height?: number;
  durationMs?: number;
}

/**
 * At most 32 reads and 2 MB. Of what cannot be read, or is broken, or is neither picture, video nor audio, nothing is known:
 * `{}`. Never rejects. Pictures are told by `contentType`, of the others the bytes decide.
 */
export async function mediaFacts(
  contentType: string,
  sizeBytes: number,
  read: ReadRange,
): Promise<MediaFacts> {
  const pages = createPages(sizeBytes, read);
  try {
    if (contentType.startsWith('image/')) return sound(await pictureFacts(pages));
    if (/^(video|audio)\//.test(contentType)) return sound(await timedFacts(pages));
  } catch {
    // Parsers throw where a file breaks off, and a read may fail: a file without facts is as good as any.
  }
  return {};
}

/** Where a picture's size is said: in its first page, or after the profiles and notes of a camera. */
const PICTURE_PAGES = [1, 8];

async function pictureFacts(pages: Pages): Promise<MediaFacts> {
  for (const count of PICTURE_PAGES) {
    const { buffer, byteLength } = await pages.view(0, count * PAGE_BYTES);
    try {
      const { width, height, orientation = 1 } = imageSize(new Uint8Array(buffer, 0, byteLength));
      return orientation > 4 ? { width: height, height: width } : { width, height };
    } catch (error) {
      if (byteLength === pages.sizeBytes) throw error;
    }
  }
  return {};
}

async function timedFacts(pages: Pages): Promise<MediaFacts> {
  const head = await pages.view(0, 12);
  const [first, second, third] = [textAt(head, 0, 4), textAt(head, 4, 4), textAt(head, 8, 4)];
  if (['ftyp', 'moov', 'mdat', 'free', 'wide', 'skip'].includes(second)) return mp4Facts(pages);
  if (first === '\x1aE\xdf\xa3') return matroskaFacts(pages);
  const durationOf =
    first === 'fLaC'
      ? flacDuration
      : first === 'OggS'
        ? oggDuration
        : third === 'WAVE'
          ? wavDuration
          : /^(ID3|\xff)/.test(first)
            ? mp3Duration
            : undefined;
  const durationMs = await durationOf?.(pages);
  return durationMs === undefined ? {} : { durationMs };
}

/** Without what no file can have. */
function sound({ width, height, durationMs }: MediaFacts): MediaFacts {
  const isCount = (value: number | undefined): value is number => Number.isSafeInteger(value) && value! > 0;
  const ms = durationMs === undefined ? undefined : Math.round(durationMs);
  return {
    ...(isCount(width) && isCount(height) && { width, height }),
    ...(isCount(ms) && { durationMs: ms }),
  };
}
