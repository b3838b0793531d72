// Pictures drawn from words and a seed: a landscape with sky, sun or moon, stars, clouds, hills and sometimes water.
// Same words, seed and size: same pixels. Everything is computed per row or column first, so a pixel costs little.

import { createRandom, resize } from './pixels.ts';
import type { Pixels } from './png.ts';

export interface Scene {
  text: string;
  /** Any text; a seed of 64 bits is given by its digits. */
  seed: string;
}

type Color = [number, number, number];

interface Mood {
  sky: [Color, Color];
  hills: [Color, Color];
  light: Color;
  night: boolean;
}

// Words that set the mood; the first one found in the text wins.
const moods: [RegExp, Mood][] = [
  [
    /galaxy|space|nebula|cosmic|universe/,
    mood([14, 8, 46], [128, 52, 148], [40, 22, 78], [10, 6, 28], [255, 214, 250], true),
  ],
  [
    /night|moon|dark|midnight|star/,
    mood([8, 14, 42], [48, 70, 122], [26, 40, 74], [6, 10, 22], [240, 240, 214], true),
  ],
  [
    /sunset|dusk|evening|orange|fire|lava/,
    mood([58, 32, 92], [255, 146, 84], [156, 66, 84], [42, 16, 44], [255, 224, 150], false),
  ],
  [
    /sunrise|dawn|morning|pink/,
    mood([120, 150, 214], [255, 190, 178], [150, 120, 168], [58, 44, 92], [255, 240, 200], false),
  ],
  [
    /snow|ice|winter|frost|white/,
    mood([146, 182, 220], [236, 244, 250], [206, 222, 238], [120, 148, 184], [255, 255, 255], false),
  ],
  [
    /desert|sand|dune|gold|yellow/,
    mood([92, 156, 204], [250, 222, 160], [226, 176, 104], [138, 84, 46], [255, 250, 214], false),
  ],
  [
    /ocean|sea|lake|river|beach|boat|water|blue/,
    mood([48, 120, 200], [178, 224, 244], [72, 138, 160], [18, 62, 92], [255, 250, 220], false),
  ],
  [
    /forest|jungle|tree|green|garden|meadow/,
    mood([104, 176, 216], [216, 240, 220], [96, 158, 92], [18, 62, 38], [255, 250, 214], false),
  ],
  [
    /red|rose|blood|autumn|fall/,
    mood([90, 60, 90], [246, 172, 130], [176, 70, 60], [66, 20, 26], [255, 230, 190], false),
  ],
  [
    /purple|violet|magic|dream/,
    mood([74, 58, 150], [226, 170, 230], [126, 84, 170], [42, 24, 82], [255, 236, 252], false),
  ],
];

function mood(top: Color, horizon: Color, far: Color, near: Color, light: Color, night: boolean): Mood {
  return { sky: [top, horizon], hills: [far, near], light, night };
}

const hasWater = /ocean|sea|lake|river|beach|boat|water|bottle|reflection/;

/** The finished picture. */
export function drawScene(scene: Scene, width: number, height: number): Pixels {
  const text = scene.text.toLowerCase();
  const random = createRandom(`${scene.seed}\n${text}`);
  const { sky, hills, light, night } = moodOf(text, random);
  const data = new Uint8Array(width * height * 3);
  const horizon = height * (0.56 + random() * 0.12);
  const waterLine = hasWater.test(text) ? height * (0.8 + random() * 0.05) : Infinity;

  const sunX = width * (0.15 + random() * 0.7);
  const sunY = horizon * (night ? 0.15 + random() * 0.35 : 0.25 + random() * 0.6);
  const sunRadius = Math.min(width, height) * (night ? 0.06 + random() * 0.03 : 0.07 + random() * 0.06);
  const glow = sunRadius * (night ? 3 : 5);
  const clouds = Array.from({ length: 3 }, () => {
    const [phase, stretch, offset, strength] = [random() * 9, 2 + random() * 5, random() * 9, random()];
    const columns = Float64Array.from({ length: width }, (_, x) => Math.sin((x / width) * stretch + phase));
    return { columns, offset, strength: strength * (night ? 0.25 : 0.8) };
  });

  const layers = 4;
  const ridges = Array.from({ length: layers }, (_, layer) =>
    ridge(random, width, height, horizon, layer / layers),
  );
  const colors = ridges.map((_, layer) => mix(hills[0], hills[1], layer / (layers - 1)));
  const cloudRows = new Float64Array(clouds.length);

  for (let y = 0; y < height; y++) {
    // Below the water line the picture above is mirrored, darker and with small waves.
    const mirrored = y > waterLine;
    const wave = mirrored ? Math.sin((y - waterLine) * 1.7 + random() * 2) * (1 + (y - waterLine) * 0.06) : 0;
    const sourceY = mirrored ? 2 * waterLine - y * 1.02 : y;
    const shade = mirrored ? 0.78 : 1;
    const base = mix(sky[0], sky[1], Math.min(1, Math.max(0, sourceY / horizon)) ** 1.25);
    clouds.forEach(({ offset }, i) => (cloudRows[i] = Math.sin((sourceY / height) * 22 + offset) - 1.45));
    for (let x = 0; x < width; x++) {
      const sourceX = wave === 0 ? x : Math.min(width - 1, Math.max(0, Math.round(x + wave)));
      let layer = layers - 1;
      let top = Infinity;
      for (; layer >= 0; layer--) {
        top = ridges[layer]?.[sourceX] ?? Infinity;
        if (sourceY >= top) break;
      }
      // A pixel is `from`, moved towards `to` by `share`: a hill towards the haze at its foot, which sets it off from
      // the one in front of it; the sky towards the light of sun, moon and clouds.
      let from = base;
      let to = light;
      let share = 0;
      if (layer >= 0) {
        from = colors[layer] ?? base;
        to = sky[1];
        share = Math.min(0.5, (sourceY - top) / (height * 0.45)) * (1 - layer / layers);
      } else {
        const distance = Math.sqrt((sourceX - sunX) ** 2 + (sourceY - sunY) ** 2);
        const halo = Math.max(0, 1 - distance / glow);
        let streak = 0;
        for (let i = 0; i < clouds.length; i++) {
          const cloud = clouds[i];
          if (cloud === undefined) break;
          const density = (cloud.columns[sourceX] ?? 0) + (cloudRows[i] ?? 0);
          if (density > 0) streak += density * cloud.strength;
        }
        const disc = Math.min(1, Math.max(0, sunRadius + 0.5 - distance));
        share = Math.min(1, disc + halo * halo * 0.55 + Math.min(0.35, streak));
      }
      const at = (y * width + x) * 3;
      data[at] = (from[0] + (to[0] - from[0]) * share) * shade;
      data[at + 1] = (from[1] + (to[1] - from[1]) * share) * shade;
      data[at + 2] = (from[2] + (to[2] - from[2]) * share) * shade;
    }
  }
  if (night) stars(data, width, height, Math.min(horizon * 0.9, height), ridges[0] ?? [], random);
  return { width, height, channels: 3, data };
}

/** A look at the unfinished picture, at most half its size: coarse and grainy at `progress` 0, clear at 1. */
export function drawPreview(scene: Scene, width: number, height: number, progress: number): Pixels {
  const scale = Math.min(0.5, 128 / Math.max(width, height));
  const outWidth = Math.max(1, Math.round(width * scale));
  const outHeight = Math.max(1, Math.round(height * scale));
  const detail = 0.06 + 0.94 * progress ** 1.5;
  const coarse = drawScene(
    scene,
    Math.max(2, Math.ceil(outWidth * detail)),
    Math.max(2, Math.ceil(outHeight * detail)),
  );
  const picture = resize(coarse, outWidth, outHeight);
  const random = createRandom(`${scene.seed} grain ${progress}`);
  const grain = 90 * (1 - progress) ** 1.5;
  for (let i = 0; i < picture.data.length; i++) {
    picture.data[i] = Math.min(255, Math.max(0, (picture.data[i] ?? 0) + (random() - 0.5) * grain));
  }
  return picture;
}

function moodOf(text: string, random: () => number): Mood {
  const found = moods.filter(([words]) => words.test(text));
  const base = found[0]?.[1] ?? moods[Math.floor(random() * moods.length)]?.[1];
  if (base === undefined) throw new Error('there is no mood to draw');
  const tint = found[1]?.[1] ?? base;
  const blend = (a: Color, b: Color): Color => {
    const mixed = mix(a, b, 0.3);
    return [vary(mixed[0]), vary(mixed[1]), vary(mixed[2])];
  };
  const vary = (value: number) => Math.min(255, Math.max(0, value + (random() - 0.5) * 34));
  return {
    sky: [blend(base.sky[0], tint.sky[0]), blend(base.sky[1], tint.sky[1])],
    hills: [blend(base.hills[0], tint.hills[0]), blend(base.hills[1], tint.hills[1])],
    light: base.light,
    night: base.night,
  };
}

function ridge(
  random: () => number,
  width: number,
  height: number,
  horizon: number,
  depth: number,
): Float64Array {
  const waves = [1.5, 3.5, 8, 19].map((pitch) => ({
    pitch: pitch * (0.7 + random() * 0.7) * Math.PI,
    phase: random() * 7,
    size: (height * (0.11 - depth * 0.03)) / pitch ** 0.75,
  }));
  const level = horizon + (height - horizon) * depth * 0.95;
  return Float64Array.from({ length: width }, (_, x) => {
    let y = level;
    for (const { pitch, phase, size } of waves) y += Math.sin((x / width) * pitch + phase) * size;
    return y;
  });
}

function stars(
  data: Uint8Array,
  width: number,
  height: number,
  limit: number,
  skyline: ArrayLike<number>,
  random: () => number,
): void {
  const count = Math.round((width * height) / 600);
  for (let i = 0; i < count; i++) {
    const x = Math.floor(random() * width);
    const y = Math.floor(random() ** 1.4 * limit);
    const bright = 90 + random() * 165;
    if (y >= (skyline[x] ?? 0)) continue;
    for (let c = 0; c < 3; c++) {
      const at = (y * width + x) * 3 + c;
      data[at] = Math.max(data[at] ?? 0, bright);
    }
  }
}

function mix(a: Color, b: Color, t: number): Color {
  return [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t];
}
