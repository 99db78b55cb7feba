import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CLASSIFIERS, classifierNamed } from '../../../agent/classify/classifiers.ts';
import { kindsOf } from '../../support/kinds.ts';
import { graph } from '../../support/snapshot-text.ts';

describe('by kind', () => {
  /** Each node's kind but the root's. */
  const kinds = (spec: string): string[] => kindsOf('kind', graph(spec)).slice(1);

  it('names an object by its class', () => {
    assert.deepEqual(kinds('1:object:Session 2:object:Map'), ['Session', 'Map']);
  });

  it('names an object without a name', () => {
    assert.deepEqual(kinds("1:object:''"), ['(anonymous)']);
  });

  it('leaves out what Node 26 adds to the names of its own objects', () => {
    assert.deepEqual(
      kinds(
        "1:object:'EventEmitter (prototype) / ' 2:object:'process (internal cache) / x' 3:object:'global (global*)'",
      ),
      ['EventEmitter', 'process', 'global'],
    );
    assert.deepEqual(kinds("1:object:'global / http://a' 2:object:'A / B'"), ['global', 'A / B']);
  });

  it('makes one kind of all functions, whatever their names', () => {
    assert.deepEqual(kinds('1:closure:f 2:closure:g'), ['function', 'function']);
  });

  it('makes one kind of all strings', () => {
    assert.deepEqual(kinds("1:string:a 2:'concatenated string':b 3:'sliced string':c"), ['string', 'string', 'string']);
  });

  it('has a word for each kind of value', () => {
    assert.deepEqual(kinds("1:number:'heap number' 2:bigint:bigint 3:symbol:iterator 4:regexp:x+"), [
      'number',
      'bigint',
      'symbol',
      'RegExp',
    ]);
  });

  it('has a word for each thing of V8', () => {
    assert.deepEqual(
      kinds(
        "1:code:'system / BytecodeArray' 2:'object shape':'system / Map' 3:hidden:'system / Oddball' 4:hidden:true",
      ),
      ['code', 'hidden class', '(system)', '(system)'],
    );
  });

  it('finds the hidden classes of Node 18 by name', () => {
    assert.deepEqual(kinds("1:hidden:'system / Map' 2:hidden:'system / Map (SharedString)'"), [
      'hidden class',
      'hidden class',
    ]);
  });

  it('tells scopes from objects', () => {
    assert.deepEqual(kinds("1:object:'system / Context'"), ['context']);
  });

  it('shows a Proxy as what it is', () => {
    assert.deepEqual(kinds("1:hidden:'system / JSProxy'"), ['Proxy']);
  });

  it('names native memory by its own name', () => {
    assert.deepEqual(kinds("1:native:'Node / IsolateData'"), ['native Node / IsolateData']);
  });

  it('leaves synthetic nodes out', () => {
    assert.deepEqual(kindsOf('kind', graph("0>1 1:synthetic:'(GC roots)'")), ['-', '-']);
  });

  describe('stores', () => {
    it('are named by their owner and the edge to them, whatever their own type', () => {
      const spec = `1:object:Session 1>2:internal:properties 2:hidden:'system / PropertyArray'
        1>3:internal:elements 3:code:'(constant elements)'
        4:object:Map 4>5:internal:table 5:array:''`;
      assert.deepEqual(kinds(spec), ['Session', 'properties of Session', 'elements of Session', 'Map', 'table of Map']);
    });

    it('of functions and regular expressions are stores like others', () => {
      assert.deepEqual(
        kinds('1:closure:f 1>2:internal:properties 2:array 3:regexp:x 3>4:internal:properties 4:array'),
        ['function', 'properties of function', 'RegExp', 'properties of RegExp'],
      );
    });

    it('stand before or after their owner', () => {
      assert.deepEqual(kinds('2>1:internal:elements 1:array 2:object:Array'), ['elements of Array', 'Array']);
    });

    it('with several owners are shared', () => {
      assert.deepEqual(
        kinds('1:object:Array 2:object:Array 1>3:internal:elements 2>3:internal:elements 3:code').slice(2),
        ['array (shared)'],
      );
    });

    it('that one object holds twice are its own', () => {
      assert.deepEqual(kinds('1:object:A 1>2:internal:elements 1>2:internal:properties 2:array').slice(1), [
        'elements of A',
      ]);
    });

    it("are nobody's without such an edge", () => {
      assert.deepEqual(kinds('1:object:A 1>2:internal:other 2:array'), ['A', 'array (no owner)']);
    });

    it('are not found by edges of the program that have their names', () => {
      assert.deepEqual(kinds('1:object:A 1>2:property:elements 2:array').slice(1), ['array (no owner)']);
      assert.deepEqual(kinds('1:object:A 1>2:context:table 2:array').slice(1), ['array (no owner)']);
    });

    it('are no objects, functions or strings', () => {
      assert.deepEqual(
        kinds(
          '1:object:A 1>2:internal:elements 2:object:B 1>3:internal:table 3:closure:f 1>4:internal:properties 4:string',
        ),
        ['A', 'B', 'function', 'string'],
      );
    });

    it('own no stores', () => {
      assert.deepEqual(kinds('1:array 1>2:internal:elements 2:array 2>1:internal:elements'), [
        'array (no owner)',
        'array (no owner)',
      ]);
    });

    it('of an ArrayBuffer are its data, shared or not', () => {
      const memory = "'system / JSArrayBufferData'";
      assert.deepEqual(
        kinds(`1:object:ArrayBuffer 1>2:internal:backing_store 2:native:${memory} 3:native:${memory}
          4:object:SharedArrayBuffer 5:object:SharedArrayBuffer 6:native:${memory}
          4>6:internal:backing_store 5>6:internal:backing_store`),
        [
          'ArrayBuffer',
          'data of ArrayBuffer',
          'data of ArrayBuffer',
          'SharedArrayBuffer',
          'SharedArrayBuffer',
          'data of ArrayBuffer',
        ],
      );
    });
  });
});

describe('by class', () => {
  const kinds = (spec: string): string[] => kindsOf('class', graph(spec)).slice(1);

  it('counts stores as their owner', () => {
    assert.deepEqual(
      kinds(
        '1:object:Session 1>2:internal:properties 2:hidden 1>3:internal:elements 3:array 4:closure:f 4>5:internal:properties 5:array',
      ),
      ['Session', 'Session', 'Session', 'function', 'function'],
    );
  });

  it('counts the memory of a subclass of ArrayBuffer as the subclass', () => {
    assert.deepEqual(kinds("1:object:Frame 1>2:internal:backing_store 2:native:'system / JSArrayBufferData'"), [
      'Frame',
      'Frame',
    ]);
  });

  it('names what no object owns as kind does', () => {
    assert.deepEqual(kinds('1:array 2:string:s'), ['array (no owner)', 'string']);
  });
});

describe('by name', () => {
  const kinds = (spec: string): string[] => kindsOf('name', graph(spec)).slice(1);

  it('puts the V8 type before the raw name', () => {
    assert.deepEqual(kinds("1:object:Complex 2:closure:handler 3:array:'(object elements)' 4:hidden:'system / Map'"), [
      'object Complex',
      'closure handler',
      'array (object elements)',
      'hidden system / Map',
    ]);
  });

  it('puts the type alone where there is no name', () => {
    assert.deepEqual(kinds("1:array:'' 2:closure:''"), ['array', 'closure']);
  });

  it('puts the type alone where the name is the content', () => {
    assert.deepEqual(
      kinds(
        "1:string:a 2:'concatenated string':b 3:'sliced string':c 4:regexp:x 5:symbol:s 6:bigint:bigint 7:number:5",
      ),
      ['string', 'concatenated string', 'sliced string', 'regexp', 'symbol', 'bigint', 'number'],
    );
  });

  it('leaves synthetic nodes out', () => {
    assert.deepEqual(kindsOf('name', graph('0>1')), ['-', 'object N1']);
  });
});

it('by type gives the V8 type', () => {
  assert.deepEqual(kindsOf('type', graph("0>1 2:'object shape'")), ['-', 'object', 'object shape']);
});

it('by size gives the self size, right-aligned', () => {
  assert.deepEqual(kindsOf('size', graph('1:object:A:24 2:object:B:5000000000 3:array:c:24')), [
    '-',
    '       24',
    '5000000000',
    '       24',
  ]);
});

describe('by duplicates', () => {
  it('makes a row of the copies of each text, by a hash, and one of all that are there once', () => {
    const kinds = kindsOf(
      'duplicates',
      graph('1:string:abc:4096 2:string:abc:4096 3:string:abc:32 4:string:d 5:object:A'),
    );
    assert.match(kinds[1]!, /^string #[0-9a-f]{8}, 4\.0 KB each$/);
    assert.deepEqual(kinds, ['-', kinds[1], kinds[1], 'string (one copy)', 'string (one copy)', '(no string)']);
  });
});

describe('classifierNamed', () => {
  it('finds every classifier by its name', () => {
    for (const classifier of CLASSIFIERS) assert.equal(classifierNamed(classifier.by), classifier);
  });

  it('names those there are when asked for another', () => {
    assert.throws(() => classifierNamed('colour'), {
      name: 'RangeError',
      message:
        'Cannot classify by "colour": expected one of "kind", "name", "type", "class", "shape", "size", "module", "owner", "referrers", "via", "retained", "duplicates", "secret", "site", "id", "unity", or several with "&" between them',
    });
  });
});
