/**
 * The programs whose heaps the ladder of probes is tried on: `node shapes.js mixed` (85 MB: 850,000 Complex, 100,000 entries of
 * a Map, 100,000 strings) or `node shapes.js tiny` (2,000,000 Complex); a number behind it: so many times as much. Makes them,
 * prints `ready` and idles.
 */
class Complex {
  re: number;
  im: number;
  constructor(re: number, im: number) {
    this.re = re;
    this.im = im;
  }
}

const times = Number(process.argv[3] ?? 1);

const complex = (count: number) => Array.from({ length: count }, (_, at) => new Complex(at + 0.5, at + 0.25));

const shapes: Readonly<Record<string, () => unknown>> = {
  mixed: () => [
    complex(850_000 * times),
    new Map(Array.from({ length: 100_000 * times }, (_, at) => [`key ${at}`, { at }])),
    Array.from({ length: 100_000 * times }, (_, at) => `string ${at} of the heap`),
  ],
  tiny: () => complex(2_000_000 * times),
};

const kept = shapes[process.argv[2]]();
setInterval(() => kept, 2 ** 30);
process.stdout.write('ready\n');
