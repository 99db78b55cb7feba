/** Goes off once at each sort of frame that passes an inspector proxy: the phases of a probe, found while it runs. */
import type { Frame } from './inspector-proxy.ts';

export class Trigger {
  /** The sorts of frames at which it went off. */
  readonly phases = new Set<string>();
  #fire: (() => void) | undefined;

  /** Fires once, at the first frame of a sort at which it has not fired yet. */
  arm(fire: () => void): void {
    this.#fire = fire;
  }

  /** Gives whether it still was armed. */
  disarm(): boolean {
    const wasArmed = this.#fire !== undefined;
    this.#fire = undefined;
    return wasArmed;
  }

  look(frame: Frame): void {
    const sort = sortOf(frame);
    if (!this.#fire || sort === undefined || this.phases.has(sort)) return;
    this.phases.add(sort);
    this.#fire();
    this.#fire = undefined;
  }
}

/** A call with the beginning of what it evaluates, an event by its name; an answer is recognised by the call after it. */
function sortOf({ from, method, params = {} }: Frame): string | undefined {
  if (method?.startsWith('NodeWorker.') && typeof params.message === 'string') {
    return sortOf({ from, ...(JSON.parse(params.message) as Omit<Frame, 'from'>) });
  }
  const source = params.expression ?? params.functionDeclaration ?? '';
  return method && `${from}: ${method} ${String(source).slice(0, 60)}`;
}
