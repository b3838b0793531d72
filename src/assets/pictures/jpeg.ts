/**
 * What a JPEG says of itself before its pixels. Read as strictly as libjpeg reads it, marker after marker, so that the size
 * found here is the size that the decoder will make room for.
 */

export interface JpegHead {
  /** As stored, before the orientation is applied. */
  width: number;
  height: number;
  /** 1 grey, 3 colour, 4 CMYK. */
  components: number;
  /** EXIF, 1 to 8; 1 is upright. */
  orientation: number;
}

/** Undefined if it is no JPEG, or is broken before its pixels. */
export function readJpegHead(bytes: Uint8Array): JpegHead | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let head: Omit<JpegHead, 'orientation'> | undefined;
  let orientation: number | undefined;
  for (let at = 2; at + 4 <= bytes.length;) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1]!;
    // Any number of 0xff may stand before a marker.
    if (marker === 0xff) {
      at++;
      continue;
    }
    const end = at + 2 + view.getUint16(at + 2);
    if (end > bytes.length || end < at + 4) return undefined;
    if (marker === 0xda) return head && { ...head, orientation: orientation ?? 1 };
    if (isFrame(marker)) {
      if (head || end < at + 10) return undefined;
      const [height, width] = [view.getUint16(at + 5), view.getUint16(at + 7)];
      if (width === 0 || height === 0) return undefined;
      head = { width, height, components: bytes[at + 9]! };
    }
    if (marker === 0xe1) orientation ??= exifOrientation(bytes.subarray(at + 4, end));
    at = end;
  }
  return undefined;
}

/** SOF0 to SOF15, without the tables that lie between them. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
}

const EXIF = [0x45, 0x78, 0x69, 0x66, 0, 0];
const ORIENTATION = 0x112;

function exifOrientation(segment: Uint8Array): number | undefined {
  if (!EXIF.every((byte, i) => segment[i] === byte)) return undefined;
  const tiff = new DataView(segment.buffer, segment.byteOffset + 6, segment.byteLength - 6);
  if (tiff.byteLength < 14) return undefined;
  const little = tiff.getUint8(0) === 0x49;
  const directory = tiff.getUint32(4, little);
  if (directory + 2 > tiff.byteLength) return undefined;
  const entries = tiff.getUint16(directory, little);
  for (let i = 0; i < entries; i++) {
    const at = directory + 2 + i * 12;
    if (at + 12 > tiff.byteLength) return undefined;
    if (tiff.getUint16(at, little) === ORIENTATION) return tiff.getUint16(at + 8, little);
  }
  return undefined;
}
