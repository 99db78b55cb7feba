/** One snapshot that is asked about again and again: answers the questions of protocol/explore.ts. */
import type {
  Answer,
  AnswerTo,
  HeapObject,
  ObjectQuestion,
  ObjectsQuestion,
  PartitionQuestion,
  PathStep,
  PathsQuestion,
  PatternQuestion,
  Question,
} from '../../protocol/explore.ts';
import type { Findings } from '../../protocol/finding.ts';
import type { Partition } from '../../protocol/partition.ts';
import { findingsOf } from '../findings/findings.ts';
import { distances, NO_DISTANCE, SYSTEM_DISTANCE } from '../graph/distance.ts';
import { largest } from '../graph/largest.ts';
import { type Columns, EDGE_TYPE_BITS, selfSizeOf } from '../parse/columns.ts';
import { limitRows } from '../partition/partition.ts';
import { ClassDivision } from '../sets/division.ts';
import { type HeapSet, setOfIds, wholeHeap } from '../sets/heap-set.ts';
import { holderOf } from '../sets/holder.ts';
import { edgeText, stepText } from '../sets/path-text.ts';
import type { Path } from '../sets/paths.ts';
import { patternTree } from '../sets/pattern-tree.ts';
import { propertiesOf } from '../sets/properties.ts';
import { relation } from '../sets/relation.ts';
import { HeapView, type ViewOptions } from '../sets/view.ts';
import { instances, ways } from '../sets/ways.ts';

/** A question that is answered from a file. */
export type FileQuestion = Exclude<Question, { question: 'classifiers' }>;

/** What a file alone says of an answer; who has read it adds which it was. */
type Told<A extends Answer> = A extends { snapshot: string } ? Omit<A, 'snapshot' | 'takenAt'> : never;
export type FileAnswer = Told<Answer>;

/** What an answer has beside what all have. */
type Own<Q extends FileQuestion> = Omit<Told<AnswerTo<Q['question']>>, 'question' | 'count' | 'sizeBytes'>;

/** What is given where a question does not say how many. */
const ROWS = 100;
const LIMIT = 20;
const PATHS = 5;

/** Classifications that are kept: each takes 4 bytes a node. */
const MAX_CLASSIFIERS = 16;

export class Exploration {
  readonly #columns: Columns;
  readonly #options: ViewOptions;
  #view: HeapView;
  #distances: Int32Array | undefined;
  readonly #classifiers = new Set<string>();

  constructor(columns: Columns, options: ViewOptions) {
    this.#columns = columns;
    this.#options = options;
    this.#view = new HeapView(columns, options);
  }

  /** @throws RangeError where the snapshot has no such object or kind, the pattern no such node */
  answer(question: FileQuestion): FileAnswer {
    this.#remember(question);
    const set = this.#objectsOf(question);
    const found = { count: set.count, sizeBytes: set.size };
    switch (question.question) {
      case 'partition':
        return { question: 'partition', ...partition(set, question), ...found };
      case 'pattern':
        return { question: 'pattern', ...pattern(set, question), ...found };
      case 'paths':
        return { question: 'paths', ...this.#paths(set, question), ...found };
      case 'objects':
        return { question: 'objects', ...this.#objects(set, question), ...found };
      case 'object':
        return { question: 'object', ...this.#object(set.nodes[0], question), ...found };
    }
  }

  /** What is wrong in it, worst first. @param target its name in the next steps */
  findings(target: string): Findings {
    return findingsOf(this.#view, { target });
  }

  /** What is worked out stays with the view: after many classifiers another takes its place. */
  #remember({ by = 'kind', ...question }: FileQuestion): void {
    const used = 'split' in question && question.split !== undefined ? [by, question.split] : [by];
    for (const classifier of used) this.#classifiers.add(classifier);
    if (this.#classifiers.size <= MAX_CLASSIFIERS) return;
    this.#view = new HeapView(this.#columns, this.#options);
    this.#classifiers.clear();
  }

  #objectsOf(question: FileQuestion): HeapSet {
    if ('id' in question && question.id !== undefined) return setOfIds(this.#view, question.id);
    const heap = wholeHeap(this.#view);
    const { kind, by = 'kind' } = question;
    if (kind === undefined) return heap;
    const set = heap.and(relation(by).of(kind));
    if (set.count > 0) return set;
    throw new RangeError(`Cannot find ${kind}: the snapshot has no object of this kind (by ${by})`);
  }

  #paths(set: HeapSet, { limit = PATHS }: PathsQuestion): Own<PathsQuestion> {
    const made = madeOf(set);
    const paths = ways(made, limit).map((path) => {
      const holder = holderOf(this.#view, path.nodes);
      return { text: String(path), steps: this.#steps(path), ...(holder && { holder }) };
    });
    return { numPaths: String(made.sp.numpaths), paths };
  }

  #steps({ nodes, edges }: Path): PathStep[] {
    return edges.map((edge, at) => {
      const to = nodes[at + 1];
      // where the program begins is known by its name
      const by = at === 0 ? this.#entryName(to) : stepText(this.#view, nodes[at], edge);
      return this.#step(by.replace(/^module .*: /s, ''), to);
    });
  }

  #entryName(node: number): string {
    return this.#view.entries.find((entry) => entry.node === node)?.name ?? this.#view.kindText(node);
  }

  #step(by: string, node: number): PathStep {
    const { heap, names } = this.#view;
    return { by, kind: this.#view.kindText(node), id: heap.columns.nodeId[node], name: names.of(node) };
  }

  #objects(set: HeapSet, { limit = LIMIT }: ObjectsQuestion): Own<ObjectsQuestion> {
    const { retained } = this.#view.heap;
    return { objects: largest(set.nodes, limit, (node) => retained[node]).map((node) => this.#shown(node)) };
  }

  #object(node: number, { limit = LIMIT }: ObjectQuestion): Own<ObjectQuestion> {
    const { referrers, retained } = this.#view.heap;
    const properties = propertiesOf(this.#view, node);
    const from = new Set(
      referrers.referrer
        .subarray(referrers.firstReferrer[node], referrers.firstReferrer[node + 1])
        .map((packed) => packed >>> EDGE_TYPE_BITS),
    );
    const holding = largest(from, limit, (referrer) => retained[referrer]);
    return {
      object: this.#shown(node),
      properties: properties.slice(0, limit).map(([label, target]) => this.#step(label, target)),
      referrers: holding.map((referrer) => this.#step(edgeText(this.#view, referrer, node).join(' / '), referrer)),
      omitted: {
        properties: Math.max(0, properties.length - limit),
        referrers: from.size - holding.length,
      },
    };
  }

  #shown(node: number): HeapObject {
    const { heap, names } = this.#view;
    this.#distances ??= distances(heap.graph);
    const distance = this.#distances[node];
    return {
      id: heap.columns.nodeId[node],
      kind: this.#view.kindText(node),
      name: names.of(node),
      sizeBytes: selfSizeOf(heap.columns, node),
      retainedBytes: heap.retained[node],
      ...(distance !== NO_DISTANCE && distance < SYSTEM_DISTANCE && { distance }),
    };
  }
}

function partition(set: HeapSet, { split = 'kind', rows: limit = ROWS }: PartitionQuestion): Own<PartitionQuestion> {
  const { by, header, classifier } = relation(split);
  const all: Pick<Partition, 'rows' | 'other'> = { rows: [...new ClassDivision(set.view, set.nodes, classifier).rows] };
  return { split: by, header, ...limitRows(all, limit), retainedBytes: set.domisize };
}

function pattern(set: HeapSet, { path = [], depth = 1, limit = LIMIT }: PatternQuestion): Own<PatternQuestion> {
  return { nodes: patternTree(set.view, madeOf(set).nodes, { path, depth, limit }) };
}

/** The objects themselves, without the prototypes that they are made by; where there is nothing else, those. */
function madeOf(set: HeapSet): HeapSet {
  const made = instances(set);
  return made.count > 0 ? made : set;
}
