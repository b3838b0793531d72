/** What a test sees of a thumbnail. Knows no runtime, so that the same look is taken on all of them. */
import { createThumbnailer, type Codecs, type ThumbnailLimits } from '../../src/assets/thumbnail.ts';

export interface Seen {
  /** Why there is none. */
  reason?: string;
  size?: string;
  base64Chars?: number;
  /** Colours in the middle of its quarters: top left, top right, bottom left, bottom right. */
  quarters?: string;
}

export async function look(codecs: Codecs, file: Uint8Array, limits: ThumbnailLimits): Promise<Seen> {
  const thumbnail = await createThumbnailer(() => Promise.resolve(codecs))(file, limits);
  if (!thumbnail.ok) return { reason: thumbnail.reason };
  const decode = await codecs.webpDecoder();
  const { width, height, data } = decode(thumbnail.bytes);
  if (width !== thumbnail.width || height !== thumbnail.height) throw new Error('the size is not as told');
  const at = (x: number, y: number): string => {
    const from = (Math.floor(height * y) * width + Math.floor(width * x)) * 4;
    return colourOf([...data.subarray(from, from + 4)]);
  };
  return {
    size: `${width}x${height}`,
    base64Chars: Math.ceil(thumbnail.bytes.length / 3) * 4,
    quarters: [at(0.25, 0.25), at(0.75, 0.25), at(0.25, 0.75), at(0.75, 0.75)].join(' '),
  };
}

const COLOURS = {
  red: [220, 30, 30],
  green: [30, 200, 30],
  blue: [30, 30, 220],
  yellow: [230, 220, 40],
  white: [255, 255, 255],
  black: [0, 0, 0],
};

function colourOf([red = 0, green = 0, blue = 0, alpha = 0]: number[]): string {
  if (alpha < 30) return 'clear';
  if (alpha < 225) return `alpha ${alpha}`;
  for (const [name, colour] of Object.entries(COLOURS))
    if (colour.every((value, i) => Math.abs(value - [red, green, blue][i]!) < 28)) return name;
  if (Math.abs(red - green) < 12 && Math.abs(green - blue) < 12) return `grey${Math.round(red / 30)}`;
  return `${red},${green},${blue}`;
}
