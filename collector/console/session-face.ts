/** `hp` at the prompt: the library's session, with prices said and asked for, progress shown, and nothing to be awaited. */
import type { HeapOptions, HeapProgress, HeapSet, Hpy, Kind } from '../../agent/heapy/hpy.ts';
import type { Consent } from '../measure/consent.ts';
import { agreeToQuote } from '../measure/price-gate.ts';
import { costText, progressText, standstillText } from '../measure/words.ts';
import { HELP } from './help.ts';
import { type Pending, pending } from './pending.ts';
import type { Targets } from './targets.ts';
import { namesOf, suggestion } from './words.ts';

/** What a session needs of its terminal. */
export interface Terminal {
  /** Aborted when the person interrupts what runs now. */
  readonly signal: AbortSignal;
  say(text: string): void;
  progress(text: string): void;
  ask(question: string): Promise<boolean | null>;
}

/** What every object is asked for by the language and by those who print it. */
const ASKED_OF_ALL: ReadonlySet<string> = new Set(['then', 'toJSON', 'constructor', 'inspect', 'valueOf']);

const HOLDING = 'minor collections take 4 to 13 times as long until hp.setrelheap(null) or the end of this session';

/** The session's relations, which the prompt has as they are: `hp.Size(88)`. */
const RELATIONS = [
  ...(['Age', 'Class', 'Clodo', 'Id', 'Idset', 'Kind', 'Module'] as const),
  ...(['Name', 'Rcs', 'Retained', 'Size', 'Type', 'Unity', 'Via'] as const),
];

/** All that `hp` answers to. */
export class SessionFace {
  static {
    for (const name of RELATIONS) {
      const get = function (this: SessionFace): unknown {
        return this.#hpy[name];
      };
      Object.defineProperty(SessionFace.prototype, name, { get });
    }
  }

  readonly #targets: Targets;
  readonly #terminal: () => Terminal;
  readonly #consent: Consent;

  /** @param consent what was agreed to of each price beforehand */
  constructor(targets: Targets, terminal: () => Terminal, consent: Consent) {
    this.#targets = targets;
    this.#terminal = terminal;
    this.#consent = consent;
  }

  heap(options: Pick<HeapOptions, 'label'> = {}): Pending {
    return this.#run(async (hpy, running) => {
      await this.#agree(hpy);
      return await hpy.heap({ ...options, ...running });
    });
  }

  heapu(options: Pick<HeapOptions, 'label'> = {}): Pending {
    return this.#run(async (hpy, running) => {
      await this.#agree(hpy);
      return await hpy.heapu({ ...options, ...running });
    });
  }

  /** @param label null, or hp.Nothing: no checkpoint any more */
  setrelheap(label?: string | Kind | null): Pending {
    return this.#run(async (hpy, running) => {
      // what takes no snapshot has no price: a reset, and a mistake
      if (label !== undefined && typeof label !== 'string') return await hpy.setrelheap(label);
      await this.#agree(hpy);
      const heap = await hpy.setrelheap(label, running);
      this.#terminal().say(`object ids of ${hpy.target} are held for it: ${HOLDING}`);
      return heap;
    });
  }

  since(): Pending {
    return this.#run(async (hpy, running) => {
      await this.#agree(hpy);
      return await hpy.since(running);
    });
  }

  /** heapy's name for it. */
  setref(label?: string | Kind | null): Pending {
    return this.setrelheap(label);
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

  idset(ids: Iterable<number>): unknown {
    return this.#hpy.idset(ids);
  }

  by(name: string): unknown {
    return this.#hpy.by(name);
  }

  findex(...kinds: (Kind | HeapSet)[]): unknown {
    return this.#hpy.findex(...kinds);
  }

  shpgraph(targets: readonly HeapSet[], options?: Parameters<Hpy['shpgraph']>[1]): unknown {
    return this.#hpy.shpgraph(targets, options);
  }

  /** heapy's way to ask for help. */
  get doc(): unknown {
    return { [Symbol.for('nodejs.util.inspect.custom')]: () => HELP };
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
      onProgress: (now: HeapProgress) => {
        if (now.phase === 'standstill') say(standstillText(this.#hpy.target, now.why));
        else progress(progressText(now));
      },
      onCost: (cost: Parameters<typeof costText>[0]) => say(costText(cost)),
    };
    const done = work(this.#hpy, running).finally(() => progress(''));
    return pending(done);
  }

  async #agree(hpy: Hpy): Promise<void> {
    const terminal = this.#terminal();
    const quote = await hpy.quote({ signal: terminal.signal });
    if (quote) await agreeToQuote({ target: hpy.target, consent: this.#consent, quote }, terminal);
  }
}

export const SESSION_WORDS: readonly string[] = namesOf(SessionFace.prototype);

/** `face`, that says so when it is asked for what it does not have. */
export function checked(face: SessionFace): SessionFace {
  return new Proxy(face, {
    get(target, name) {
      if (typeof name === 'symbol' || name in target) {
        const value: unknown = Reflect.get(target, name, target);
        // relations can be called, but are no functions and have no `this`
        return value instanceof Function ? value.bind(target) : value;
      }
      if (ASKED_OF_ALL.has(name)) return undefined;
      throw new TypeError(`hp has no "${name}"${suggestion(name, SESSION_WORDS)}`);
    },
  });
}
