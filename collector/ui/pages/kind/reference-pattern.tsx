/** heapy's reference pattern: who refers to the objects, by kind, and who refers to those, opened level by level. */
import { reasonOf } from '../../../../protocol/reason.ts';
import './reference-pattern.css';
import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { PatternNode } from '../../../../protocol/explore.ts';
import { useDashboard } from '../../live/dashboard.ts';
import { count, size } from '../../parts/words.ts';
import { ask, useAnswer } from './answer.ts';
import { Asked } from './asked.tsx';
import {
  EMPTY,
  keyOf,
  openLargest,
  type PatternTree,
  parentOf,
  shownNodes,
  toggled,
  withAnswer,
} from './pattern-tree.ts';
import type { Subject } from './subject.ts';

/** What is asked for at first: deep enough that the holder is mostly in it, few enough of each to be read. */
const FIRST = { depth: 4, limit: 5 } as const;
const CHILDREN = 20;
const ALL_CHILDREN = 1_000;

const ENDS: Readonly<Record<NonNullable<PatternNode['end']>, string>> = {
  root: 'held by a root',
  stop: 'nearly all that is alive hangs from here',
  same: 'the same objects as above',
};

export function ReferencePattern({ subject }: { subject: Subject }) {
  const answer = useAnswer({ question: 'pattern', ...FIRST, ...subject });
  return (
    <section class="panel" aria-labelledby="pattern">
      <h3 id="pattern">What refers to them</h3>
      <Asked answer={answer.value}>
        {({ nodes, snapshot }) => (
          <Tree key={`${snapshot} ${subject.kind}`} subject={subject} first={openLargest(withAnswer(EMPTY, nodes))} />
        )}
      </Asked>
      <p class="hint">
        Each line: objects of a kind that refer to those of the line above it. Arrow keys open and close.
      </p>
    </section>
  );
}

function Tree({ subject, first }: { subject: Subject; first: PatternTree }) {
  const { session } = useDashboard();
  const tree = useSignal(first);
  const focused = useSignal('');
  const failure = useSignal('');
  const list = useRef<HTMLDivElement>(null);

  const load = async (node: PatternNode, limit: number) => {
    const key = keyOf(node.path);
    try {
      failure.value = '';
      const { nodes } = await ask(session, { question: 'pattern', ...subject, path: node.path, depth: 1, limit });
      tree.value = toggled(withAnswer(tree.value, nodes), key, true);
    } catch (error) {
      failure.value = reasonOf(error);
    }
  };
  const open = (node: PatternNode) => {
    const key = keyOf(node.path);
    if (tree.value.children.has(key)) tree.value = toggled(tree.value, key, true);
    else void load(node, CHILDREN);
  };
  const close = (node: PatternNode) => {
    tree.value = toggled(tree.value, keyOf(node.path), false);
  };
  const shown = shownNodes(tree.value);
  // at once: the next key may come before the next frame
  const moveTo = (at: number) => (list.current!.children[at] as HTMLElement | undefined)?.focus();
  const indexOf = (key: string | undefined) => shown.findIndex(({ path }) => keyOf(path) === key);
  const onKeyDown = (event: KeyboardEvent, node: PatternNode) => {
    const at = shown.indexOf(node);
    const isOpen = tree.value.open.has(keyOf(node.path));
    const keys: Readonly<Record<string, () => void>> = {
      ArrowDown: () => moveTo(at + 1),
      ArrowUp: () => moveTo(at - 1),
      Home: () => moveTo(0),
      End: () => moveTo(shown.length - 1),
      ArrowRight: () => {
        if (!node.more) return;
        if (isOpen) moveTo(at + 1);
        else open(node);
      },
      ArrowLeft: () => {
        if (isOpen) close(node);
        else moveTo(indexOf(parentOf(node.path)));
      },
      Enter: () => node.more && (isOpen ? close(node) : open(node)),
      ' ': () => node.more && (isOpen ? close(node) : open(node)),
    };
    const act = keys[event.key];
    if (!act || event.target !== event.currentTarget) return;
    event.preventDefault();
    act();
  };
  return (
    <>
      <div class="pattern" role="tree" aria-labelledby="pattern" ref={list}>
        {shown.map((node) => {
          const key = keyOf(node.path);
          const isOpen = tree.value.open.has(key);
          return (
            <div
              key={key}
              role="treeitem"
              aria-level={node.path.length + 1}
              aria-expanded={node.more ? isOpen : undefined}
              tabIndex={focused.value === key ? 0 : -1}
              style={{ '--level': node.path.length }}
              onKeyDown={(event) => onKeyDown(event, node)}
              onFocus={() => {
                focused.value = key;
              }}
              onClick={() => node.more && (isOpen ? close(node) : open(node))}
            >
              <NodeRow node={node} isOpen={isOpen} />
              {isOpen && (node.omitted ?? 0) > 0 && (
                <button
                  type="button"
                  class="pattern-more"
                  onClick={(event) => {
                    event.stopPropagation();
                    void load(node, ALL_CHILDREN);
                  }}
                >
                  Show {count(node.omitted ?? 0)} more kinds
                </button>
              )}
            </div>
          );
        })}
      </div>
      {failure.value !== '' && (
        <p class="notice warn" role="alert">
          {failure.value}
        </p>
      )}
    </>
  );
}

function NodeRow({ node, isOpen }: { node: PatternNode; isOpen: boolean }) {
  return (
    <div class="pattern-row">
      <span class="pattern-mark" aria-hidden="true">
        {node.more ? (isOpen ? '▾' : '▸') : '·'}
      </span>
      <span class="pattern-kind">
        <strong>{node.kind}</strong> <code title={node.items}>{node.items}</code>
        {node.end && <small> {ENDS[node.end]}</small>}
      </span>
      <span class="figures" title={`${node.count} objects, ${node.sizeBytes} bytes`}>
        {count(node.count)} <span class="unseen">objects, </span>
        <small>{size(node.sizeBytes)}</small>
      </span>
    </div>
  );
}
