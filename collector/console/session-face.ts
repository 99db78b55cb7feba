/** `hp` at the prompt: the library's session, with prices said and asked for, progress shown, and nothing to be awaited. */
import { type HeapOptions, type Hpy, Kind } from '../../agent/hpy.ts';
import { agreeToQuote } from '../cli/price-gate.ts';
import { costText, progressText } from '../cli/words.ts';
import { type Pending, pending } from './pending.ts';
import type { Targets } from './targets.ts';
import { namesOf, suggestion } from './words.ts';

/** What a session needs of the terminal it stands at. */
export interface Terminal {
  /** Aborted when the person interrupts what runs now. */
  readonly signal: AbortSignal;
  say(text: string): void;
  progress(text: string): void;
  ask(question: string): Promise<boolean | null>;
}

/** What every object is asked for by the language and by those who print it. */
const ASKED_OF_ALL: ReadonlySet<string> = new Set(['then', 'toJSON', 'constructor', 'inspect', 'valueOf']);

const HOLDING =
  'each of its minor garbage collections takes four to eight times as long until hp.setrelheap(null) or the end of this session';

/** All that `hp` answers to; each name stands in `.help`. */
export class SessionFace {
  readonly #targets: Targets;
  readonly #terminal: () => Terminal;
  readonly #yes: boolean;

  /** @param yes prices were agreed to beforehand */
  constructor(targets: Targets, terminal: () => Terminal, yes: boolean) {
    this.#targets = targets;
    this.#terminal = terminal;
    this.#yes = yes;
  }

  heap(options: Pick<HeapOptions, 'label'> = {}): Pending {
    return this.#run(async (hpy, running) => {
      await this.#agree(hpy);
      return await hpy.heap({ ...options, ...running });
    });
  }

  /** @param label null, or hp.Nothing: no checkpoint any more */
  setrelheap(label?: string | Kind | null): Pending {
    return this.#run(async (hpy, running) => {
      if (label === null || label instanceof Kind) return await hpy.setrelheap(label);
      await this.#agree(hpy);
      const heap = await hpy.setrelheap(label, running);
      this.#terminal().say(`ids of objects are held for it in ${hpy.target}: ${HOLDING}`);
      return heap;
    });
  }

  since(): Pending {
    return this.#run(async (hpy, running) => {
      await this.#agree(hpy);
      return await hpy.since(running);
    });
  }

  load(path: string): Pending {
    return this.#run((hpy, running) => hpy.load(path, running));
  }

  loadStats(path: string): Pending {
    return this.#run((hpy) => hpy.loadStats(path));
  }

  usage(): Pending {
    return this.#run((hpy, { signal }) => hpy.usage({ signal }));
  }

  /** What `heap()` would cost now. */
  quote(): Pending {
    return this.#run((hpy, { signal }) => hpy.quote({ signal }));
  }

  iso(...ids: number[]): unknown {
    return this.#hpy.iso(...ids);
  }

  by(name: string): unknown {
    return this.#hpy.by(name);
  }

  get Age(): unknown {
    return this.#hpy.Age;
  }

  get Nothing(): unknown {
    return this.#hpy.Nothing;
  }

  get Anything(): unknown {
    return this.#hpy.Anything;
  }

  get target(): string {
    return this.#hpy.target;
  }

  toString(): string {
    return `${this.#hpy}\nUse .help for its words.`;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }

  get #hpy(): Hpy {
    return this.#targets.current;
  }

  #run<T>(work: (hpy: Hpy, running: HeapOptions & { signal: AbortSignal }) => Promise<T>): Pending {
    const { signal, say, progress } = this.#terminal();
    const running = {
      signal,
      onProgress: (now: Parameters<typeof progressText>[0]) => progress(progressText(now)),
      onCost: (cost: Parameters<typeof costText>[0]) => say(costText(cost)),
    };
    const done = work(this.#hpy, running).finally(() => progress(''));
    return pending(done);
  }

  async #agree(hpy: Hpy): Promise<void> {
    const terminal = this.#terminal();
    const quote = await hpy.quote({ signal: terminal.signal });
    if (quote) await agreeToQuote({ target: hpy.target, yes: this.#yes, ...quote }, terminal);
  }
}

export const SESSION_WORDS: readonly string[] = namesOf(SessionFace.prototype);

/** `face`, that says so when it is asked for what it does not have. */
export function checked(face: SessionFace): SessionFace {
  return new Proxy(face, {
    get(target, name) {
      if (typeof name === 'symbol' || name in target) {
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      }
      if (ASKED_OF_ALL.has(name)) return undefined;
      throw new TypeError(`hp has no "${name}"${suggestion(name, SESSION_WORDS)}`);
    },
  });
}
