/** What a collector asks of a target that an agent holds, and how the agent answers. */
import { z } from 'zod';
import { Probe } from '../../protocol/partition.ts';
import { RequestError } from '../../protocol/requests.ts';
import type { ProbedTarget } from '../targets/probed-target.ts';

const text = z.string().max(8_192);

/** As one who sends it writes it; what an agent gets is checked. */
export const TargetQuestion = z.discriminatedUnion('do', [
  z.strictObject({
    do: z.literal('request'),
    target: text,
    request: z.strictObject({
      probe: Probe,
      isolate: text,
      by: z.array(text).max(64).readonly().exactOptional(),
      label: text.exactOptional(),
      since: text.exactOptional(),
      checkpoint: text.exactOptional(),
      holders: z
        .strictObject({
          kinds: z.array(text).max(10_000).readonly(),
          grown: z.record(text, z.number()).readonly().exactOptional(),
          unnamed: z.int().nonnegative().exactOptional(),
          strings: z.boolean(),
        })
        .exactOptional(),
      agreed: z.boolean().exactOptional(),
    }),
  }),
  z.strictObject({ do: z.literal('objection'), target: text, probe: Probe, isolate: text }),
  z.strictObject({ do: z.literal('prices'), target: text, isolate: text }),
  z.strictObject({ do: z.literal('release'), target: text, isolate: text, label: text }),
]);
export type TargetQuestion = z.infer<typeof TargetQuestion>;

/** Undefined where the target is not here. @throws RequestError */
export function answerOf(question: unknown, targets: ReadonlyMap<string, ProbedTarget>): Promise<unknown> | undefined {
  const asked = TargetQuestion.safeParse(question);
  if (!asked.success) throw new RequestError('bad-params', 'Cannot answer: the question is none that this agent knows');
  const target = targets.get(asked.data.target);
  return target && answered(asked.data, target);
}

async function answered(question: TargetQuestion, target: ProbedTarget): Promise<unknown> {
  switch (question.do) {
    case 'request':
      return await target.request(question.request);
    case 'objection':
      return await target.objection(question.probe, question.isolate);
    case 'prices':
      return await target.prices(question.isolate);
    case 'release':
      return await target.release(question.isolate, question.label);
  }
}
