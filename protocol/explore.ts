/**
 * Questions about the objects of one kind in a snapshot that a collector keeps, and their answers. Contents of strings, and
 * what may be some (keys of maps, names in dictionaries), are hidden in all of them: `{*}`.
 *
 *     partition   what are they?              rows by any classifier
 *     pattern     who refers to them?         heapy's reference pattern, opened node by node
 *     paths       what keeps them alive?      shortest paths from the roots
 *     objects     which are they?             the largest by what they retain
 *     object      what is this one?           its properties, and what refers to it
 */
import * as z from 'zod';
import { limits } from './limits.ts';
import { SnapshotName } from './snapshots.ts';
import { text } from './text.ts';

const name = text(limits.maxNameLength);
const whole = z.number().int().nonnegative();
/** V8's id of an object, which means the same object in this file only. */
const id = whole;
/** How many at most. */
const most = (bound: number) => z.number().int().min(1).max(bound).optional();

/** What is asked about. */
const subject = {
  target: name,
  /** Absent: `main`. */
  isolate: name.optional(),
  /** Absent: the newest that is kept of the isolate. */
  snapshot: SnapshotName.optional(),
  /** As a table of the classifier `by` writes it; absent: the whole heap. */
  kind: text(limits.maxKindLength).optional(),
  /** The classifier that `kind` is of, or several with `&` between them; absent: `kind`. */
  by: name.optional(),
};

/** What was asked about: the file, and the objects in it. */
const found = {
  snapshot: SnapshotName,
  takenAt: z.iso.datetime(),
  count: whole,
  sizeBytes: whole,
};

/** The objects split into kinds. */
export const PartitionQuestion = z.strictObject({
  question: z.literal('partition'),
  /** The classifier of the rows, or several with `&` between them; absent: `kind`. */
  split: name.optional(),
  /** Absent: 100. */
  rows: most(limits.maxExploreRows),
  ...subject,
});
export type PartitionQuestion = z.infer<typeof PartitionQuestion>;

export const PartitionAnswer = z.strictObject({
  question: z.literal('partition'),
  split: name,
  /** Head of the kind column. */
  header: z.string(),
  /** By size, largest first, equal ones by kind. */
  rows: z.array(z.strictObject({ kind: z.string(), count: whole, sizeBytes: whole })),
  /** What was left out of them. */
  other: z.strictObject({ rows: whole, count: whole, sizeBytes: whole }).optional(),
  /** What would be freed if all the objects went: they, and what is alive through them only. */
  retainedBytes: whole,
  ...found,
});
export type PartitionAnswer = z.infer<typeof PartitionAnswer>;

/** A node of the reference pattern: which child to take at each level; empty, the objects themselves. */
const way = z.array(whole).max(limits.maxPatternDepth);

/** Who refers to the objects, by kind, and who refers to those. */
export const PatternQuestion = z.strictObject({
  question: z.literal('pattern'),
  /** The node to open; absent: the first. */
  path: way.optional(),
  /** Levels to open below it; absent: 1. */
  depth: most(limits.maxPatternLevels),
  /** Children of each node, the largest first; absent: 20. */
  limit: most(limits.maxExploreRows),
  ...subject,
});
export type PatternQuestion = z.infer<typeof PatternQuestion>;

export const PatternNode = z.strictObject({
  path: way,
  kind: z.string(),
  count: whole,
  sizeBytes: whole,
  /** Some of the objects on a line: `@4711, @4713`, `cache in module src/x.js`. */
  items: z.string(),
  /** Whether it has children; they stand behind it in the answer, or are to be asked for by its `path`. */
  more: z.boolean(),
  /** Why it has none: nobody refers to it, nearly all that is alive hangs from there, or it is the same set as the node at `same`. */
  end: z.enum(['root', 'stop', 'same']).optional(),
  same: way.optional(),
  /** Kinds of its referrers that `limit` left out, where it is open. */
  omitted: whole.optional(),
});
export type PatternNode = z.infer<typeof PatternNode>;

export const PatternAnswer = z.strictObject({
  question: z.literal('pattern'),
  /** The node that was asked for, then those below it, each before its own children. */
  nodes: z.array(PatternNode),
  ...found,
});
export type PatternAnswer = z.infer<typeof PatternAnswer>;

/** Shortest paths from the program's roots (where those lead to none: V8's) to the nearest of the objects. */
export const PathsQuestion = z.strictObject({
  question: z.literal('paths'),
  /** Paths to this object only. */
  id: id.optional(),
  /** Of paths that differ in an index or a key only one is given; absent: 5. */
  limit: most(limits.maxExplorePaths),
  ...subject,
});
export type PathsQuestion = z.infer<typeof PathsQuestion>;

/** One reference of a path, and the object that it leads to. */
export const PathStep = z.strictObject({
  /** `.sessions`, `[3]`, `.get({*})`; empty where a program does not see the step. */
  by: z.string(),
  kind: z.string(),
  id,
  /** As of `objects`. */
  name: z.string(),
});
export type PathStep = z.infer<typeof PathStep>;

/** The nearest thing on a path that is in a script: a module, a function. */
export const Holder = z.strictObject({
  /** `module src/x.js`, `handler (src/x.js:10)`. */
  name: z.string(),
  /** Its path or URL, whole. */
  script: z.string(),
  /** From 1 on; absent for a module. */
  line: z.number().int().positive().optional(),
});
export type Holder = z.infer<typeof Holder>;

export const HoldingPath = z.strictObject({
  /** As the console writes it: `global.sessions.get({*}).user`. */
  text: z.string(),
  /** From the root on; the last leads to one of the objects. */
  steps: z.array(PathStep),
  holder: Holder.optional(),
});
export type HoldingPath = z.infer<typeof HoldingPath>;

export const PathsAnswer = z.strictObject({
  question: z.literal('paths'),
  /** How many shortest paths there are, in digits: it may be more than a number holds. */
  numPaths: z.string(),
  paths: z.array(HoldingPath),
  ...found,
});
export type PathsAnswer = z.infer<typeof PathsAnswer>;

/** Some of the objects, by what they retain, largest first. */
export const ObjectsQuestion = z.strictObject({
  question: z.literal('objects'),
  /** Absent: 20. */
  limit: most(limits.maxExploreRows),
  ...subject,
});
export type ObjectsQuestion = z.infer<typeof ObjectsQuestion>;

export const HeapObject = z.strictObject({
  id,
  kind: z.string(),
  /** What it is shown as: `@4711`, `handler (src/x.js:10)`, `{*}` for a string. */
  name: z.string(),
  sizeBytes: whole,
  retainedBytes: whole,
  /** Steps from the program's roots; absent where only V8's own lead to it, or none. */
  distance: whole.optional(),
});
export type HeapObject = z.infer<typeof HeapObject>;

export const ObjectsAnswer = z.strictObject({
  question: z.literal('objects'),
  objects: z.array(HeapObject),
  ...found,
});
export type ObjectsAnswer = z.infer<typeof ObjectsAnswer>;

/** One object of the snapshot, by its id. */
export const ObjectQuestion = z.strictObject({
  question: z.literal('object'),
  id,
  /** Properties, and referrers; absent: 20. */
  limit: most(limits.maxExploreRows),
  ...subject,
});
export type ObjectQuestion = z.infer<typeof ObjectQuestion>;

export const ObjectAnswer = z.strictObject({
  question: z.literal('object'),
  object: HeapObject,
  /** What it refers to, as far as a program sees it; `by` is how. */
  properties: z.array(PathStep),
  /** What refers to it, the largest by what it retains first; `by` is how. */
  referrers: z.array(PathStep),
  /** How many of each `limit` left out. */
  omitted: z.strictObject({ properties: whole, referrers: whole }),
  ...found,
});
export type ObjectAnswer = z.infer<typeof ObjectAnswer>;

/** By what a partition may be split; reads no file. */
export const ClassifiersQuestion = z.strictObject({ question: z.literal('classifiers') });
export type ClassifiersQuestion = z.infer<typeof ClassifiersQuestion>;

export const ClassifiersAnswer = z.strictObject({
  question: z.literal('classifiers'),
  classifiers: z.array(z.strictObject({ by: name, header: z.string() })),
});
export type ClassifiersAnswer = z.infer<typeof ClassifiersAnswer>;

const questions = [
  PartitionQuestion,
  PatternQuestion,
  PathsQuestion,
  ObjectsQuestion,
  ObjectQuestion,
  ClassifiersQuestion,
] as const;

export const Question = z.discriminatedUnion('question', questions, {
  error: `one of ${questions.map(({ shape }) => `"${shape.question.value}"`).join(', ')}`,
});
export type Question = z.infer<typeof Question>;

export const Answer = z.discriminatedUnion('question', [
  PartitionAnswer,
  PatternAnswer,
  PathsAnswer,
  ObjectsAnswer,
  ObjectAnswer,
  ClassifiersAnswer,
]);
export type Answer = z.infer<typeof Answer>;

/** The answer to a question of that sort: `AnswerTo<'paths'>`. */
export type AnswerTo<Q extends Question['question']> = Extract<Answer, { question: Q }>;
