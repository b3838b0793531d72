// Every recording of a real ComfyUI, replayed against the simulator: each HTTP answer and each web socket frame must
// be the same, in the same order, apart from what normalize.ts takes out.

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseJson } from '../../src/simulator/json.ts';
import { createSimulator } from '../../src/simulator/simulator.ts';
import { isRecord } from '../../src/simulator/types.ts';
import { haveRecordings, readTrace, recordings, traceNames } from './recording.ts';
import { replay } from './replay.ts';

test.runIf(process.env['CI'] === 'true')('the recordings are there', () => {
  expect(haveRecordings, `${recordings} holds the traces`).toBe(true);
});

describe.skipIf(!haveRecordings)(`recordings in ${recordings}`, () => {
  test.each(traceNames())('%s', { timeout: 30_000 }, async (name) => {
    const comparisons = await replay(name, readTrace(name));
    for (const { what, recorded, simulated } of comparisons) expect(simulated, what).toEqual(recorded);
    expect(comparisons.length).toBeGreaterThan(0);
  });

  test('a changed frame is noticed', async () => {
    const events = readTrace('subgraph-ids.jsonl');
    const frame = events.findLast(({ json }) => isRecord(json) && json['type'] === 'progress')?.json;
    if (!isRecord(frame) || !isRecord(frame['data'])) throw new Error('no progress frame in the trace');
    frame['data']['value'] = 99;
    const comparisons = await replay('subgraph-ids.jsonl', events);
    const differing = comparisons.filter(
      (item) => JSON.stringify(item.recorded) !== JSON.stringify(item.simulated),
    );
    expect(differing.map(({ what }) => what)).toHaveLength(1);
  });

  test('node classes are described as recorded', async () => {
    const recorded = parseJson(readFileSync(`${recordings}object_info.json`, 'utf8'));
    const simulator = await createSimulator({ models: { checkpoints: ['v1-5-pruned-emaonly.safetensors'] } });
    const answer = parseJson(await (await fetch(`${simulator.url}/object_info`)).text());
    await simulator.close();
    if (!isRecord(recorded) || !isRecord(answer)) throw new Error('object_info is not an object');
    const { GwBlob: _ours, ...known } = answer;
    expect(Object.keys(known).length).toBeGreaterThan(40);
    for (const [name, info] of Object.entries(known)) expect(info, name).toEqual(recorded[name]);
  });
});
