/** The square map's geometry: areas are shares, nothing overlaps, and what was seen stays where it was. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { gather, type Part } from '../../collector/ui/parts/square-map/gather.ts';
import { directionOf, neighbour } from '../../collector/ui/parts/square-map/neighbour.ts';
import { type Square, SquareLayout } from '../../collector/ui/parts/square-map/square-layout.ts';

const BOX = { width: 800, height: 400 };
const box = fc.record({ width: fc.integer({ min: 50, max: 2_000 }), height: fc.integer({ min: 50, max: 1_000 }) });
const parts = partsUpTo(1e9);
/** As what is gathered: none is too small to be seen. */
const visible = partsUpTo(1_000);

describe('squares', () => {
  it('have the areas of their shares, cover the box and do not overlap', () => {
    fc.assert(
      fc.property(parts, box, (parts, box) => {
        const squares = new SquareLayout().place(parts, box);
        assert.equal(squares.length, parts.length);
        assertMap(squares, parts, box);
      }),
    );
  });

  it('do so after any changes, of the box too', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(parts, box), { minLength: 1, maxLength: 6 }), (samples) => {
        const layout = new SquareLayout();
        for (const [parts, box] of samples) assertMap(layout.place(parts, box), parts, box);
      }),
    );
  });

  it('stay beside each other while shares change moderately', () => {
    const changes = fc.array(fc.double({ min: 0.97, max: 1.03, noNaN: true }), { minLength: 60, maxLength: 60 });
    fc.assert(
      fc.property(visible, changes, (parts, changes) => {
        const layout = new SquareLayout();
        const before = layout.place(parts, BOX);
        const after = layout.place(changed(parts, changes), BOX);
        assertBeside(after, before);
      }),
    );
  });

  it('are the same for the same parts in another order', () => {
    const layout = new SquareLayout();
    const parts = [part('a', 5), part('b', 3), part('c', 2)];
    const before = layout.place(parts, BOX);
    assert.deepEqual(layout.place([...parts].reverse(), BOX), before);
  });

  it('let one go and leave the others beside each other', () => {
    const layout = new SquareLayout();
    const parts = Array.from({ length: 40 }, (_, i) => part(`${i}`, 1_000 - i * 10));
    const before = layout.place(parts, BOX);
    const fewer = parts.filter(({ name }) => name !== '35');
    assertBeside(layout.place(fewer, BOX), before);
  });

  it('are laid anew where they got too thin', () => {
    const layout = new SquareLayout();
    layout.place([part('a', 1_000), part('b', 10), part('c', 10), part('d', 10)], BOX);
    const grown = [part('a', 10), part('b', 1_000), part('c', 10), part('d', 10)];
    assert.deepEqual(layout.place(grown, BOX), new SquareLayout().place(grown, BOX));
  });

  it('are none for nothing', () => {
    assert.deepEqual(new SquareLayout().place([], BOX), []);
    assert.deepEqual(new SquareLayout().place([part('a', 0)], BOX), []);
  });

  it('is the whole box for a single part', () => {
    const [square] = new SquareLayout().place([part('a', 7)], BOX);
    assert.deepEqual(square, { name: 'a', x: 0, y: 0, ...BOX, share: 1 });
  });
});

describe('what is gathered', () => {
  const some = (values: readonly number[]) => values.map((value, i) => part(`k${i}`, value));

  it('is the largest, and the rest with all that it holds', () => {
    const { shown, rest } = gather(some([1, 50, 3, 40, 6]), { max: 2, minShare: 0, before: new Set() });
    assert.deepEqual(shown, [part('k1', 50), part('k3', 40)]);
    assert.deepEqual(rest, { count: 3, value: 10 });
  });

  it('leaves out what is too small for a square', () => {
    const { shown, rest } = gather(some([98, 1, 1, 0]), { max: 10, minShare: 0.05, before: new Set() });
    assert.deepEqual([shown.length, rest], [1, { count: 3, value: 2 }]);
  });

  it('keeps what was shown until something is twice as large', () => {
    const before = new Set(['k0']);
    assert.deepEqual(gather(some([10, 19]), { max: 1, minShare: 0, before }).shown, [part('k0', 10)]);
    assert.deepEqual(gather(some([10, 21]), { max: 1, minShare: 0, before }).shown, [part('k1', 21)]);
  });
});

describe('arrow keys', () => {
  it('lead to every square, and from none that is not at the edge to nowhere', () => {
    fc.assert(
      fc.property(parts, (parts) => {
        const squares = new SquareLayout().place(parts, BOX);
        assert.equal(reached(squares).size, squares.length);
        for (const square of squares) {
          const isAtEdge = square.x + square.width > BOX.width - 0.02;
          if (!isAtEdge && square.height > 0.1) assert.ok(neighbour(squares, square, 'right'), square.name);
        }
      }),
    );
  });

  it('are those four', () => {
    assert.equal(directionOf('ArrowUp'), 'up');
    assert.equal(directionOf('a'), undefined);
  });
});

function partsUpTo(max: number): fc.Arbitrary<Part[]> {
  return fc
    .array(fc.oneof(fc.integer({ min: 1, max: 1_000 }), fc.integer({ min: 1, max })), { minLength: 1, maxLength: 60 })
    .map((values) => values.map((value, index) => part(`kind ${index}`, value)));
}

function part(name: string, value: number): Part {
  return { name, value };
}

function changed(parts: readonly Part[], changes: readonly number[]): Part[] {
  return parts.map(({ name, value }, index) => ({ name, value: value * changes[index]! }));
}

function assertMap(squares: readonly Square[], parts: readonly Part[], { width, height }: typeof BOX): void {
  const whole = parts.reduce((sum, { value }) => sum + value, 0);
  const values = new Map(parts.map(({ name, value }) => [name, value]));
  const slack = width * height * 1e-9;
  let area = 0;
  for (const square of squares) {
    assert.ok(Math.abs(square.width * square.height - (values.get(square.name)! / whole) * width * height) <= slack);
    assert.ok(square.x >= -1e-6 && square.x + square.width <= width + 1e-6);
    assert.ok(square.y >= -1e-6 && square.y + square.height <= height + 1e-6);
    area += square.width * square.height;
  }
  assert.ok(Math.abs(area - width * height) <= slack * squares.length);
  for (const [index, a] of squares.entries()) {
    for (const b of squares.slice(index + 1)) assert.ok(overlap(a, b) <= slack, `${a.name} and ${b.name} overlap`);
  }
}

function overlap(a: Square, b: Square): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return Math.max(0, width) * Math.max(0, height);
}

/** Each two squares lie to each other as before, on one side of the two at least: cut apart they are by the same line. */
function assertBeside(after: readonly Square[], before: readonly Square[]): void {
  const was = new Map(before.map((square) => [square.name, square]));
  for (const [index, a] of after.entries()) {
    for (const b of after.slice(index + 1)) {
      const sides = sidesOf(was.get(a.name)!, was.get(b.name)!);
      assert.ok(
        sidesOf(a, b).some((side) => sides.includes(side)),
        `${a.name} and ${b.name} changed places`,
      );
    }
  }
}

function sidesOf(a: Square, b: Square): string[] {
  const slack = 1e-6;
  return [
    ...(a.x + a.width <= b.x + slack ? ['left'] : []),
    ...(b.x + b.width <= a.x + slack ? ['right'] : []),
    ...(a.y + a.height <= b.y + slack ? ['above'] : []),
    ...(b.y + b.height <= a.y + slack ? ['below'] : []),
  ];
}

function reached(squares: readonly Square[]): Set<string> {
  const names = new Set<string>();
  const open = squares.slice(0, 1);
  for (let square = open.pop(); square; square = open.pop()) {
    if (names.has(square.name)) continue;
    names.add(square.name);
    for (const direction of ['left', 'right', 'up', 'down'] as const) {
      const next = neighbour(squares, square, direction);
      if (next) open.push(next);
    }
  }
  return names;
}
