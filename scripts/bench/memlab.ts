/** MemLab's reader, counting by class; without its dominators. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { install } from '../../test/support/install.ts';
import type { Contender, Counts } from './contender.ts';

/** What we use of `@memlab/core`. */
interface MemLab {
  config: { muteConsole: boolean };
  utils: {
    getSnapshotFromFile(file: string, options: { buildNodeIdIndex: boolean; verbose: boolean }): Promise<Heap>;
  };
}

interface Heap {
  nodes: { forEach(visit: (node: { type: string; name: string }) => void): void };
}

const home = () => install('contenders/memlab', ['@memlab/core@2.0.5']);

export const memlab: Contender = {
  name: 'memlab',
  title: 'MemLab, histogram',
  execArgv: ['--max-old-space-size=12000'],
  install: home,
  async prepare() {
    const { config, utils }: MemLab = createRequire(join(await home(), 'package.json'))('@memlab/core');
    config.muteConsole = true;
    return async (file) => {
      const heap = await utils.getSnapshotFromFile(file, { buildNodeIdIndex: false, verbose: false });
      const histogram = histogramOf(heap);
      return { count: (classes) => pick(histogram, classes) };
    };
  },
};

function histogramOf({ nodes }: Heap): Map<string, number> {
  const histogram = new Map<string, number>();
  nodes.forEach(({ type, name }) => {
    const kind = `${type} ${name}`;
    histogram.set(kind, (histogram.get(kind) ?? 0) + 1);
  });
  return histogram;
}

function pick(histogram: Map<string, number>, classes: readonly string[]): Counts {
  return Object.fromEntries(classes.map((name) => [name, histogram.get(`object ${name}`) ?? 0]));
}
