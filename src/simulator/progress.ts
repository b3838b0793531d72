// Progress of one prompt as it goes over the wire: `progress_state` with every node that has started, `progress` of
// the current one, and preview pictures in the form the client asked for.

import type { RunningGraph } from './graph.ts';
import { encodeJpeg } from './jpeg.ts';
import type { PreviewPicture } from './node-types.ts';
import { encodePng } from './png.ts';
import type { SocketHub } from './sockets.ts';

export interface Progress {
  start(id: string): void;
  step(id: string, value: number, max: number, preview?: PreviewPicture): void;
  finish(id: string): void;
}

interface NodeState {
  value: number;
  max: number;
  state: 'running' | 'finished';
  node_id: string;
  prompt_id: string;
  display_node_id: string;
  parent_node_id: string | null;
  real_node_id: string;
}

export function createProgress(options: {
  promptId: string;
  clientId: string | null;
  graph: RunningGraph;
  hub: SocketHub;
}): Progress {
  const { promptId, clientId, graph, hub } = options;
  const states: Record<string, NodeState> = {};

  const identity = (id: string) => ({
    node_id: id,
    prompt_id: promptId,
    display_node_id: graph.root(id),
    parent_node_id: graph.parent(id),
    real_node_id: graph.root(id),
  });
  const report = (id: string, state: NodeState['state'], value: number, max: number) => {
    states[id] = { value, max, state, ...identity(id) };
    hub.send('progress_state', { prompt_id: promptId, nodes: states }, clientId);
  };

  return {
    start: (id) => report(id, 'running', 0, 1),
    finish(id) {
      const max = states[id]?.max ?? 1;
      report(id, 'finished', max, max);
    },
    step(id, value, max, preview) {
      report(id, 'running', value, max);
      const picture = preview !== undefined && hub.hasListener(clientId) ? encode(preview) : undefined;
      const withMetadata = hub.supportsMetadata(clientId);
      if (picture !== undefined && withMetadata) {
        const metadata = { ...identity(id), image_type: picture.mediaType };
        hub.sendBinary(frameWithMetadata(metadata, picture.bytes), clientId);
      }
      hub.send('progress', { value, max, prompt_id: promptId, node: id }, clientId);
      if (picture !== undefined && !withMetadata) {
        hub.sendBinary(plainFrame(picture.mediaType, picture.bytes), clientId);
      }
    },
  };
}

function encode({ format, draw }: PreviewPicture): { mediaType: string; bytes: Uint8Array } {
  return format === 'PNG'
    ? { mediaType: 'image/png', bytes: encodePng(draw()) }
    : { mediaType: 'image/jpeg', bytes: encodeJpeg(draw()) };
}

function frameWithMetadata(metadata: unknown, image: Uint8Array): Uint8Array {
  const text = Buffer.from(JSON.stringify(metadata));
  const head = Buffer.alloc(8);
  head.writeUInt32BE(4, 0);
  head.writeUInt32BE(text.length, 4);
  return Buffer.concat([head, text, image]);
}

function plainFrame(mediaType: string, image: Uint8Array): Uint8Array {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(1, 0);
  head.writeUInt32BE(mediaType === 'image/png' ? 2 : 1, 4);
  return Buffer.concat([head, image]);
}
