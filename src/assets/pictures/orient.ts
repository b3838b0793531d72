/** Turns and mirrors a picture as its EXIF orientation says: 1 is upright, 2 to 4 mirror, 5 to 8 swap the sides too. */
import type { Pixels } from './shrink.ts';

export function orient(pixels: Pixels, orientation: number): Pixels {
  if (orientation < 2 || orientation > 8) return pixels;
  const swapped = orientation >= 5;
  const fromRight = [2, 3, 7, 8].includes(orientation);
  const fromBottom = [3, 4, 6, 7].includes(orientation);
  const width = swapped ? pixels.height : pixels.width;
  const height = swapped ? pixels.width : pixels.height;
  const from = new DataView(pixels.data.buffer, pixels.data.byteOffset, pixels.data.byteLength);
  const data = new Uint8ClampedArray(from.byteLength);
  const to = new DataView(data.buffer);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [column, row] = swapped ? [y, x] : [x, y];
      const sourceX = fromRight ? pixels.width - 1 - column : column;
      const sourceY = fromBottom ? pixels.height - 1 - row : row;
      to.setUint32((y * width + x) * 4, from.getUint32((sourceY * pixels.width + sourceX) * 4));
    }
  }
  return { width, height, data };
}
