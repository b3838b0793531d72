/**
 * Defaults in five tiers: call, runtime, persistent, environment, (the workflow's own,) built in. Pure: who stores a tier hands it
 * in. They are kept by what a workflow makes, not by its file's name.
 */
import { isObject } from '../comfyui/json.ts';
import { nearest } from '../comfyui/rejection.ts';
import { checkValue, type ValueFault } from './check-value.ts';
import { kindOf } from './graph-text.ts';
import { literalDefault } from './parameters.ts';
import { isRequired, type Namespace, type Parameter, type ParameterType, type Workflow } from './workflow.ts';

export type DefaultValues = Record<string, unknown>;
export type Defaults = Partial<Record<Namespace, DefaultValues>>;

/** The tiers that are stored or set; the call's own values and the built-in ones stand at the ends. */
export interface Tiers {
  runtime?: Defaults;
  persistent?: Defaults;
  environment?: Defaults;
}

/** Where a value comes from, in the words of seed B. */
export type DefaultSource = 'runtime' | 'config' | 'env' | 'meta' | 'hardcoded' | 'comfyui';

export interface MergedDefaults {
  image: DefaultValues;
  audio: DefaultValues;
  video: DefaultValues;
  sources: Record<Namespace, Record<string, DefaultSource>>;
}

export const NAMESPACES: readonly Namespace[] = ['image', 'audio', 'video'];

export const BUILT_IN: Readonly<Record<Namespace, Readonly<DefaultValues>>> = {
  image: {
    width: 512,
    height: 512,
    steps: 20,
    cfg: 8,
    sampler_name: 'euler',
    scheduler: 'normal',
    denoise: 1,
    negative_prompt: 'text, watermark',
    model: 'v1-5-pruned-emaonly.ckpt',
  },
  audio: {
    steps: 50,
    cfg: 5,
    sampler_name: 'euler',
    scheduler: 'simple',
    denoise: 1,
    seconds: 60,
    lyrics_strength: 0.99,
    model: 'ace_step_v1_3.5b.safetensors',
  },
  video: {
    width: 1280,
    height: 720,
    steps: 20,
    cfg: 8,
    sampler_name: 'euler',
    scheduler: 'normal',
    denoise: 1,
    negative_prompt: 'text, watermark',
    duration: 5,
    fps: 16,
  },
};

/** All tiers of all namespaces in one, and which tier gave what. */
export function mergeDefaults(tiers: Tiers): MergedDefaults {
  const of = (namespace: Namespace) => foundIn(tiersOf(namespace, tiers, {}));
  const [image, audio, video] = [of('image'), of('audio'), of('video')];
  const pick = <T>(found: Found, part: (value: [DefaultSource, unknown]) => T): Record<string, T> =>
    Object.fromEntries([...found].map(([name, value]) => [name, part(value)]));
  const values = (found: Found) => pick(found, ([, value]) => value);
  const sources = (found: Found) => pick(found, ([source]) => source);
  return {
    image: values(image),
    audio: values(audio),
    video: values(video),
    sources: { image: sources(image), audio: sources(audio), video: sources(video) },
  };
}

/**
 * Parameters with the defaults of all tiers, and which tier gave what; what is left over is ComfyUI's own. A built-in value that
 * this ComfyUI does not have gives way: a model to the one of the same name with another ending, or to the only one there is.
 */
export function applyDefaults(
  { namespace, defaults }: Pick<Workflow, 'namespace' | 'defaults'>,
  parameters: readonly Parameter[],
  tiers: Tiers,
): { parameters: Parameter[]; sources: Record<string, DefaultSource> } {
  const found = foundIn(tiersOf(namespace, tiers, defaults));
  const sources: [string, DefaultSource][] = [];
  const list = parameters.map((parameter): Parameter => {
    const [source, value] = found.get(parameter.name) ?? [];
    // What stands in the graph counts more than what is built in.
    const stands = source === 'hardcoded' && parameter.unset !== true;
    if (source === undefined || stands || (source === 'meta' && parameter.literal === true)) {
      const own = parameter.literal === true ? 'meta' : 'comfyui';
      if (parameter.default !== undefined) sources.push([parameter.name, own]);
      return parameter;
    }
    const fitting = source === 'hardcoded' ? fit(parameter, value) : value;
    // A default of ours that does not fit this ComfyUI yields to ComfyUI's own, if it has one; of another type it is none.
    const misfit = source === 'hardcoded' ? misfitOf(parameter, fitting) : undefined;
    if (misfit !== undefined && (parameter.default !== undefined || misfit === 'wrong_type')) {
      if (parameter.default !== undefined) sources.push([parameter.name, 'comfyui']);
      return parameter;
    }
    sources.push([parameter.name, source]);
    const { literal: _literal, ...rest } = parameter;
    const next = { ...rest, default: fitting };
    return { ...next, required: isRequired(next) };
  });
  return { parameters: list, sources: Object.fromEntries(sources) };
}

/** Tier 4: the models that the environment names. */
export function environmentDefaults(models: Partial<Record<Namespace, string>>): Defaults {
  return Object.fromEntries(
    Object.entries(models)
      .filter(([, model]) => model !== undefined && model !== '')
      .map(([namespace, model]) => [namespace, { model }]),
  );
}

export type CheckedPatch =
  | { ok: true; patch: Defaults }
  | { ok: false; message: string; faults: ValueFault[] };

/**
 * Checks a change of defaults, all or nothing. `known` are parameters of workflows (described, so with ComfyUI's options); a name
 * that is neither built in nor among them is refused. null takes a default away, -1 as a seed means random.
 */
export function checkDefaultsPatch(
  patch: unknown,
  known: Partial<Record<Namespace, readonly Parameter[]>> = {},
): CheckedPatch {
  const faults: ValueFault[] = [];
  const unknown = (parameter: string, message: string) =>
    void faults.push({ parameter, reason: 'unknown_parameter', message });
  const wrong = (parameter: string, what: string, given: unknown) =>
    void faults.push({ parameter, reason: 'wrong_type', message: `${what}; given: ${kindOf(given)}` });
  if (!isObject(patch)) wrong('', 'defaults must be an object {image?, audio?, video?}', patch);
  for (const [key, values] of isObject(patch) ? Object.entries(patch) : []) {
    const namespace = NAMESPACES.find((n) => n === key);
    if (!namespace) {
      unknown(key, `there are defaults of image, audio and video, not of '${key.slice(0, 60)}'`);
      continue;
    }
    if (!isObject(values)) {
      wrong(key, `'${key}' must be an object of names and values`, values);
      continue;
    }
    for (const [name, value] of Object.entries(values)) {
      const path = `${key}.${name}`.slice(0, 120);
      const named = (known[namespace] ?? []).filter((p) => p.name === name);
      const rules = named.length > 0 ? named : builtInRule(namespace, name);
      if (rules.length === 0) {
        const names = [...Object.keys(RULES), ...(known[namespace] ?? []).map((p) => p.name)];
        const near = nearest(name, [...new Set(names)]);
        const hint =
          near.length > 0
            ? `did you mean ${near.map((n) => `'${n}'`).join(' or ')}?`
            : `known: ${Object.keys(BUILT_IN[namespace]).join(', ')}`;
        unknown(path, `there is no default '${path}'; ${hint}`);
      } else if (value !== null && !(value === -1 && rules.some((rule) => rule.seed === true))) {
        // Several workflows may share the name with different limits: it must fit one of them.
        const checks = rules.map((rule) => checkValue({ ...rule, name: path }, value));
        const first = checks[0]!;
        if (!first.ok && !checks.some((check) => check.ok)) faults.push(first.fault);
      }
    }
  }
  if (faults.length === 0) return { ok: true, patch: recorded(patch as Defaults) };
  return { ok: false, message: faults.map((fault) => fault.message).join('; '), faults };
}

/** As it can be stored: integers beyond 2^53 as digits. */
function recorded(patch: Defaults): Defaults {
  const values = (given: DefaultValues): DefaultValues =>
    Object.fromEntries(Object.entries(given).map(([name, value]) => [name, literalDefault(value)]));
  return Object.fromEntries(Object.entries(patch).map(([kind, given]) => [kind, values(given)]));
}

type Found = Map<string, [DefaultSource, unknown]>;

function foundIn(tiers: readonly [DefaultSource, DefaultValues][]): Found {
  const found: Found = new Map();
  for (const [source, values] of tiers)
    for (const [name, value] of Object.entries(values)) found.set(name, [source, value]);
  return found;
}

/** Lowest first, so that later ones win. */
function tiersOf(
  namespace: Namespace,
  { runtime, persistent, environment }: Tiers,
  own: DefaultValues,
): [DefaultSource, DefaultValues][] {
  const given = (values: DefaultValues | undefined): DefaultValues =>
    Object.fromEntries(Object.entries(values ?? {}).filter(([, v]) => v !== null && v !== undefined));
  return [
    ['hardcoded', BUILT_IN[namespace]],
    ['meta', given(own)],
    ['env', given(environment?.[namespace])],
    ['config', given(persistent?.[namespace])],
    ['runtime', given(runtime?.[namespace])],
  ];
}

/** Why a value does not fit, without the nearest that would: there may be thousands of models. */
function misfitOf({ enum: options, ...parameter }: Parameter, value: unknown): string | undefined {
  const checked = checkValue(parameter, value);
  if (!checked.ok) return checked.fault.reason;
  return options && parameter.type !== 'array' && !options.includes(value) ? 'not_in_list' : undefined;
}

function fit(parameter: Parameter, value: unknown): unknown {
  const options = parameter.enum;
  if (!options || options.includes(value) || typeof value !== 'string') return value;
  const stem = (name: unknown) =>
    String(name)
      .replace(/^.*[\\/]/, '')
      .replace(/\.\w+$/, '')
      .toLowerCase();
  const wanted = stem(value);
  const same = options.find((option) => stem(option) === wanted);
  return same ?? (options.length === 1 ? options[0] : value);
}

const RULES: Record<string, { type: ParameterType; minimum?: number; maximum?: number }> = {
  width: { type: 'integer', minimum: 16, maximum: 16384 },
  height: { type: 'integer', minimum: 16, maximum: 16384 },
  steps: { type: 'integer', minimum: 1, maximum: 10000 },
  cfg: { type: 'number', minimum: 0, maximum: 100 },
  sampler_name: { type: 'string' },
  scheduler: { type: 'string' },
  denoise: { type: 'number', minimum: 0, maximum: 1 },
  negative_prompt: { type: 'string' },
  model: { type: 'string' },
  seconds: { type: 'number', minimum: 1, maximum: 1000 },
  lyrics_strength: { type: 'number', minimum: 0, maximum: 10 },
  duration: { type: 'number', minimum: 0, maximum: 3600 },
  fps: { type: 'number', minimum: 0.01, maximum: 1000 },
};

function builtInRule(namespace: Namespace, name: string): Parameter[] {
  if (name !== 'model' && !Object.hasOwn(BUILT_IN[namespace], name)) return [];
  return [{ name, required: false, bindings: [], ...RULES[name]! }];
}
