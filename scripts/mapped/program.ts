/** The program that is bundled in all ways: classes, closures, private fields, async functions, decorators; and what is planted. */

/** A planted thing and where it is written. */
export interface Planted {
  readonly sort: 'class' | 'function' | 'variable' | 'private';
  readonly name: string;
  readonly file: string;
  /** Of a variable: whether its module exports it. */
  readonly isExported?: boolean;
}

const FACTORIES = ['Alpha', 'Beta', 'Gamma', 'Delta', 'Epsilon', 'Zeta', 'Eta', 'Theta', 'Iota', 'Kappa'];

/** A class inside a function, as the next one has it too: a minifier calls them all alike. */
function factory(name: string): string {
  const lower = name.toLowerCase();
  return `// ${name} is made here
export function make${name}(count: number): () => number {
  class ${name} {
    readonly ${lower}Value: number;
    constructor(value: number) {
      this.${lower}Value = value;
    }
  }
  const kept${name}: ${name}[] = [];
  for (let at = 0; at < count; at++) kept${name}.push(new ${name}(at));
  return function total${name}() {
    return kept${name}.reduce((sum, { ${lower}Value }) => sum + ${lower}Value, 0);
  };
}
`;
}

const SESSIONS = `export class Session {
  #secretToken: string;
  readonly user: string;
  constructor(user: string) {
    this.user = user;
    this.#secretToken = 'token of ' + user;
  }
  reveal(): string {
    return this.#secretToken;
  }
}

export class Visitor {
  visits = 1;
}

export class Guest extends Visitor {
  #guestNumber = 'guest of ' + String(Math.random());
  guest(): string {
    return this.#guestNumber;
  }
}

export const openSessions: Session[] = [];
export const knownVisitors = new Map<string, Visitor>();

export function openSession(user: string): () => string {
  const opened = new Session(user);
  openSessions.push(opened);
  knownVisitors.set(user, new Visitor());
  knownVisitors.set('guest ' + user, new Guest());
  return () => user + opened.reveal();
}
`;

const TASKS = `function counted<T extends new (...args: any[]) => object>(target: T, _context: unknown): T {
  return target;
}

@counted
export class Decorated {
  label = 'decorated';
}

export class Pending {
  constructor(readonly done: Promise<void>) {}
}

export const Unnamed = class {
  since = 1;
};

const pendingTasks: Pending[] = [];

export async function waitForever(task: number): Promise<void> {
  await new Promise<void>(() => {});
  pendingTasks.length = task;
}

export const startTask = (task: number): void => {
  pendingTasks.push(new Pending(waitForever(task)));
};

export function pendingCount(): number {
  return pendingTasks.length;
}
`;

const MAIN = `import { writeHeapSnapshot } from 'node:v8';
import { knownVisitors, openSession, openSessions } from './sessions.js';
import { Decorated, pendingCount, startTask, Unnamed, waitForever } from './tasks.js';
${FACTORIES.map((name) => `import { make${name} } from './${name.toLowerCase()}.js';`).join('\n')}

const heldClosures: (() => string)[] = [];
const heldTotals: (() => number)[] = [];
const heldThings: object[] = [];
const heldMakers = [openSession, startTask, waitForever, handleRequest, ${FACTORIES.map((name) => `make${name}`).join(', ')}];

export function handleRequest(at: number): void {
  heldClosures.push(openSession('user ' + at));
  heldThings.push(new Decorated(), new Unnamed());
  startTask(at);
}

export function hold(): unknown {
  return [heldMakers, heldClosures, heldTotals, heldThings, openSessions, knownVisitors, pendingCount];
}

for (let at = 0; at < 20; at++) handleRequest(at);
${FACTORIES.map((name) => `heldTotals.push(make${name}(3));`).join('\n')}
(globalThis as { held?: unknown }).held = hold;
setImmediate(() => {
  writeHeapSnapshot(process.argv[2]);
  process.exit(0);
});
`;

/** By path: the sources. */
export const FILES: ReadonlyMap<string, string> = new Map([
  ['src/main.ts', MAIN],
  ['src/sessions.ts', SESSIONS],
  ['src/tasks.ts', TASKS],
  ...FACTORIES.map((name): [string, string] => [`src/${name.toLowerCase()}.ts`, factory(name)]),
]);

/** The same program after another deploy: other positions, other minified names. */
export function nextBuild(files: ReadonlyMap<string, string>): Map<string, string> {
  return new Map(
    Array.from(files, ([path, text]): [string, string] => [
      path,
      path.endsWith('sessions.ts')
        ? `export class Added { since = 2; more = 3; }\nexport const added = [new Added()];\n(globalThis as { added?: unknown }).added = added;\n${text}`
        : text,
    ]),
  );
}

function planted(sort: Planted['sort'], file: string, ...names: string[]): Planted[] {
  return names.map((name) => ({ sort, name, file: `src/${file}.ts` }));
}

export const PLANTED: readonly Planted[] = [
  ...planted('class', 'sessions', 'Session', 'Visitor', 'Guest'),
  ...planted('class', 'tasks', 'Decorated', 'Pending', 'Unnamed'),
  ...planted('function', 'sessions', 'openSession', 'reveal', 'guest'),
  ...planted('function', 'tasks', 'waitForever', 'startTask', 'pendingCount'),
  ...planted('function', 'main', 'handleRequest', 'hold'),
  ...planted('variable', 'sessions', 'openSessions', 'knownVisitors').map((each) => ({ ...each, isExported: true })),
  ...planted('variable', 'tasks', 'pendingTasks'),
  ...planted('variable', 'main', 'heldClosures', 'heldTotals', 'heldThings'),
  ...planted('private', 'sessions', '#secretToken', '#guestNumber'),
  ...FACTORIES.flatMap((name) => [
    ...planted('class', name.toLowerCase(), name),
    ...planted('function', name.toLowerCase(), `make${name}`, `total${name}`),
    ...planted('variable', name.toLowerCase(), `kept${name}`),
  ]),
];
