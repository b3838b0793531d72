// What a node class of the simulator is: a function from its inputs to values, files and progress.

import type { FileStore } from './files.ts';
import type { Scene } from './picture.ts';
import type { Pixels } from './png.ts';
import type { Graph } from './types.ts';

/** One picture of a batch; its pixels are made when somebody needs them. */
export interface Frame {
  width: number;
  height: number;
  pixels: () => Pixels;
}

/** What travels over a link. Models and other things nobody looks into are `opaque`. */
export type Value =
  | { kind: 'image'; frames: Frame[] }
  | { kind: 'latent'; width: number; height: number; count: number; scene?: Scene }
  | { kind: 'sound'; seconds: number; scene: Scene }
  | { kind: 'prompt'; text: string }
  | { kind: 'video'; frames: Frame[] }
  | { kind: 'plain'; value: unknown; float?: boolean }
  | { kind: 'opaque'; type: string };

export interface PreviewPicture {
  format: 'JPEG' | 'PNG';
  draw: () => Pixels;
}

export interface Timing {
  /** One sampler step. */
  stepMs: number;
  /** Loading a model. */
  loadMs: number;
  /** Encoding a text. */
  encodeMs: number;
  /** Turning a latent into a picture or a sound. */
  decodeMs: number;
  /** Any other node. */
  nodeMs: number;
  /** The pause after each prompt, before the next one starts. */
  betweenMs: number;
  /** Factor on the delays that GwSleep is asked for. */
  delayScale: number;
}

export interface NodeContext {
  id: string;
  className: string;
  /** Constants as they are, links as values. */
  inputs: Record<string, unknown>;
  graph: Graph;
  extraData: Record<string, unknown>;
  files: FileStore;
  timing: Timing;
  previews: boolean;
  random: () => number;
  /** Kept for this node id and class as long as prompts use it, as ComfyUI keeps its node objects. */
  memory: Map<string, string>;
  pause(ms: number): Promise<void>;
  /** Throws when the prompt was interrupted. */
  checkInterrupt(): void;
  /** Reports progress and perhaps a picture; throws when the prompt was interrupted. */
  step(value: number, max: number, preview?: PreviewPicture): void;
}

export interface NodeResult {
  values?: Value[];
  ui?: Record<string, unknown[]>;
  /** Nodes to add, and the links that stand for this node's own outputs. */
  expand?: { nodes: Graph; links: [string, number][] };
}

export type NodeRun = (context: NodeContext) => NodeResult | Promise<NodeResult>;
