/** Random small snapshots for fast-check, as specs for snapshot-text.ts. */
import fc from 'fast-check';

const TYPES = [
  'hidden',
  'array',
  'string',
  'object',
  'code',
  'closure',
  'regexp',
  'native',
  'synthetic',
  'object shape',
];
const NAMES = ['A', 'B', 'Object', 'context', 'system / Context', 'system / JSProxy', 'system / JSArrayBufferData', ''];
/** Names of edges in `specs`; the first four lead to stores. */
export const EDGES = [
  'properties',
  'elements',
  'table',
  'backing_store',
  '__proto__',
  'constructor',
  'shared',
  'script',
  'p',
];

/** Specs of small graphs full of stores, prototypes and functions, in which everything may lead to anything. */
export const specs = fc.integer({ min: 1, max: 12 }).chain((nodes) => {
  const ordinal = fc.integer({ min: 0, max: nodes });
  const node = fc
    .tuple(ordinal, fc.constantFrom(...TYPES), fc.constantFrom(...NAMES), fc.nat(2 ** 33))
    .map(([at, type, name, bytes]) => `${at}:'${type}':'${name}':${bytes}`);
  const edge = fc
    .tuple(ordinal, ordinal, fc.constantFrom('internal', 'property', 'weak'), fc.constantFrom(...EDGES))
    .map(([from, to, type, name]) => `${from}>${to}:${type}:${name}`);
  const location = fc
    .tuple(fc.nat(2), fc.nat(1), fc.nat(1))
    .map(([script, line, column]) => `@${script}:${line}:${column}`);
  const located = fc.uniqueArray(fc.tuple(ordinal, location), { selector: ([at]) => at, maxLength: 6 });
  return fc
    .tuple(fc.array(node, { maxLength: 24 }), fc.array(edge, { maxLength: 40 }), located)
    .map(([all, edges, places]) =>
      [`${nodes}>0`, ...all, ...edges, ...places.map(([at, place]) => at + place)].join(' '),
    );
});
