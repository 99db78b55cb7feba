/** Finds the Node processes of this machine whose inspector is open. */
import { Inspectors, programOf } from '../../agent/process/inspectors.ts';
import { matchesGlob } from '../../protocol/glob.ts';
import type { DiscoveredTarget } from './discovered-target.ts';

export class ProcessSource {
  readonly text = 'processes of this machine';
  readonly isFinal = false;
  readonly #glob: string;
  readonly #inspectors = new Inspectors();

  /** @param glob of scripts: `api*` */
  constructor(glob: string) {
    this.#glob = glob;
  }

  async look(signal: AbortSignal): Promise<readonly DiscoveredTarget[]> {
    const processes = await this.#inspectors.look(signal);
    return processes
      .map(({ address, pid, command }) => ({ address, pid, name: programOf(command) }))
      .filter(({ name }) => matchesGlob(this.#glob, name));
  }
}
