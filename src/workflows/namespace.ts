/** What a workflow makes, from the classes of its nodes: video before audio (a film has sound), else images. */
import type { Graph } from './graph-text.ts';
import type { Namespace } from './workflow.ts';

export function namespaceOf(graph: Graph): Namespace {
  const types = Object.values(graph).flatMap(({ class_type: type }) =>
    typeof type === 'string' ? [type] : [],
  );
  if (types.some((type) => VIDEO.test(type))) return 'video';
  return types.some((type) => AUDIO.test(type)) ? 'audio' : 'image';
}

/** Nodes that save or show; a node that only loads or decodes says nothing of the output. */
const VIDEO =
  /(?:save|preview|combine|export|write).*(?:video|webm|mp4)|^VHS_VideoCombine|video.*(?:save|combine|export)/i;
const AUDIO = /(?:save|preview|export|write).*(?:audio|mp3|opus|flac|wav)|audio.*(?:save|export)/i;
