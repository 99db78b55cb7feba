/**
 * The Julia set of *High Performance Python*, example 2-12, as a Node program: the lists `x` and `y`, then the lists
 * `zs` and `cs` of one `Complex` for each point, then the calculation. It says on stdout when a step is done and waits
 * for a line on stdin before the next, so that its heap can be looked at in between.
 *
 *     node julia.js WIDTH
 */
import { createInterface } from 'node:readline';

const [x1, x2, y1, y2] = [-1.8, 1.8, -1.8, 1.8];
const [cReal, cImag] = [-0.62772, -0.42193];

class Complex {
  readonly re: number;
  readonly im: number;

  constructor(re: number, im: number) {
    this.re = re;
    this.im = im;
  }

  abs(): number {
    return Math.hypot(this.re, this.im);
  }

  squaredPlus(c: Complex): Complex {
    return new Complex(this.re * this.re - this.im * this.im + c.re, 2 * this.re * this.im + c.im);
  }
}

/** The number of steps, for each point, until `z = z * z + c` leaves the circle of radius 2. */
function calculateZ(maxIterations: number, zs: Complex[], cs: Complex[]): number[] {
  const output: number[] = new Array(zs.length).fill(0);
  for (let i = 0; i < zs.length; i++) {
    let n = 0;
    let z = zs[i] as Complex;
    const c = cs[i] as Complex;
    while (z.abs() < 2 && n < maxIterations) {
      z = z.squaredPlus(c);
      n += 1;
    }
    output[i] = n;
  }
  return output;
}

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

async function pause(label: string): Promise<void> {
  process.stdout.write(`${label}\n`);
  await lines.next();
}

async function calculate(width: number, maxIterations: number): Promise<void> {
  const x = Array.from({ length: width }, (_, i) => x1 + (i * (x2 - x1)) / width);
  const y = Array.from({ length: width }, (_, i) => y2 + (i * (y1 - y2)) / width);
  await pause('heapy after creating y and x lists of floats');

  const zs: Complex[] = [];
  const cs: Complex[] = [];
  for (const yCoordinate of y) {
    for (const xCoordinate of x) {
      zs.push(new Complex(xCoordinate, yCoordinate));
      cs.push(new Complex(cReal, cImag));
    }
  }
  await pause('heapy after creating zs and cs using complex numbers');

  const output = calculateZ(maxIterations, zs, cs);
  await pause('heapy after calling calculate_z_serial_purepython');
  // the lists are still in use here, as they are in the book
  process.stdout.write(`Total elements: ${zs.length + cs.length - output.length}\n`);
}

await calculate(Number(process.argv[2]), 300);
process.exit(0);
