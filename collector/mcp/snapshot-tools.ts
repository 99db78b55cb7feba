/** Tools that ask about the snapshots that a collector keeps. */
import { z } from 'zod';
import type { AnswerTo, Question } from '../../protocol/explore.ts';
import type { Report } from '../../protocol/finding.ts';
import { humanSize } from '../../protocol/human.ts';
import { limits } from '../../protocol/limits.ts';
import { markdown } from '../report/markdown.ts';
import { patternText } from '../terminal/pattern-text.ts';
import type { OfferedTool } from './server.ts';
import { type Ask, present, tool } from './tool.ts';

const MAX_TEXT = 1_000;

const name = z.string().min(1).max(MAX_TEXT);
const target = name.describe('a target by its name, as targets lists it');
const isolate = name.optional().describe('main, the default, or worker:N');
/** Of what is asked about in a snapshot. */
const subject = {
  target,
  isolate,
  snapshot: name.optional().describe('a kept snapshot; default: the newest of the target'),
  kind: name.optional().describe('default: the whole heap'),
};

/** @param report what is found in a kept snapshot, which the caller may read. @throws RequestError */
export function snapshotTools(
  asking: (signal: AbortSignal) => Ask,
  report: (snapshot: string, signal: AbortSignal) => Promise<Report>,
): OfferedTool[] {
  const explored = async <Q extends Question>(question: Q, signal: AbortSignal) =>
    (await asking(signal)('explore', question)) as AnswerTo<Q['question']>;

  return [
    tool(
      'snapshots',
      'Snapshots that are kept',
      'Lists the heap snapshots that the collector keeps: pattern and path ask about them.',
      { target: target.optional() },
      async (query, { signal }) => {
        const { snapshots } = await asking(signal)('snapshots', present(query));
        const lines = snapshots.map(({ name, sizeBytes }) => `${name}  ${humanSize(sizeBytes)}`);
        return lines.length > 0 ? lines.join('\n') : 'no snapshot is kept';
      },
    ),
    tool(
      'report',
      'What is wrong in a heap',
      'Findings in a kept snapshot, worst first: leaks, piles, waste, what holds them and the next step. Operators only.',
      { target, isolate, snapshot: subject.snapshot },
      async ({ target, ...about }, { signal }) => {
        // who may not read it is refused here; and the newest has a name
        const question = { question: 'objects', ...present(about), target, limit: 1 } as const;
        const { snapshot } = await explored(question, signal);
        return markdown(await report(snapshot, signal));
      },
    ),
    tool(
      'pattern',
      'Who refers to objects',
      "Heapy's reference pattern of a kind in a kept snapshot: who refers to it, by kind, and who refers to those. Operators only.",
      { ...subject, depth: z.int().min(1).max(limits.maxPatternLevels).optional() },
      async ({ target, depth = 3, ...about }, { signal }) => {
        const { nodes } = await explored({ question: 'pattern', ...present(about), target, depth, limit: 8 }, signal);
        return patternText(nodes);
      },
    ),
    tool(
      'path',
      'What keeps objects alive',
      'The shortest paths from the roots of the program to objects of a kind, in a kept snapshot. Operators only.',
      { ...subject, id: z.int().nonnegative().optional().describe('of one object: 4711') },
      async ({ target, ...about }, { signal }) => {
        const { paths } = await explored({ question: 'paths', ...present(about), target }, signal);
        return paths.length > 0 ? paths.map(({ text }) => text).join('\n') : 'no path: nothing keeps them alive';
      },
    ),
  ];
}
