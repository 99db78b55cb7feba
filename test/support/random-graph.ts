/** Random statements for snapshot-text.ts, and the formats they are written in. */
import fc from 'fast-check';
import type { SnapshotFormat } from './snapshot-text.ts';

const names = fc.constantFrom(
  'Session',
  'system / Map',
  '',
  'a"b\\c',
  'é漢😀',
  '\ud83d',
  'line\nfeed',
  'n'.repeat(300),
);
const nodeTypes = fc.constantFrom('object', 'closure', 'string', 'concatenated string', 'number', 'hidden', 'native');
const edgeTypes = fc.constantFrom('property', 'internal', 'context', 'weak', 'shortcut');
const ordinals = fc.nat(12);
const sizes = fc.oneof(fc.nat(100), fc.nat(2 ** 31), fc.maxSafeNat());

const statements = fc.oneof(
  fc.tuple(ordinals, nodeTypes, names, sizes).map(([n, type, name, size]) => `${n}:'${type}':'${name}':${size}`),
  fc.tuple(ordinals, ordinals, edgeTypes, names).map(([n, to, type, name]) => `${n}>${to}:${type}:'${name}'`),
  fc.tuple(ordinals, ordinals, fc.nat(2 ** 32 - 1)).map(([n, to, index]) => `${n}>${to}:element:${index}`),
  ordinals.map((n) => `${n}!`),
);

/** At most one location a node, as V8 writes them, in any order. */
const locations = fc
  .uniqueArray(fc.tuple(ordinals, fc.nat(3), fc.nat(1000), fc.nat(100)), { selector: ([n]) => n, maxLength: 6 })
  .map((places) => places.map(([n, ...place]) => `${n}@${place.join(':')}`));

export const specs: fc.Arbitrary<string> = fc
  .tuple(fc.array(statements, { maxLength: 40 }), locations)
  .map((parts) => parts.flat().join(' '));

const shuffled = (fields: string): fc.Arbitrary<string[]> =>
  fc.shuffledSubarray(fields.split(','), { minLength: fields.split(',').length });

export const formats: fc.Arbitrary<SnapshotFormat> = fc.oneof(
  fc.record({ node: fc.constantFrom(18, 20, 22, 24, 26) }),
  fc.record({
    node: fc.constantFrom(20, 24),
    nodeFields: shuffled('type,name,id,self_size,edge_count,detachedness,some_new_field'),
    edgeFields: shuffled('type,name_or_index,to_node,some_new_field'),
    locationFields: shuffled('object_index,script_id,line,column,some_new_field'),
  }),
);
