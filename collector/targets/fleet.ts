/**
 * The targets that a collector has now, each with its runner. They come, change and go while it runs:
 *
 *     set(targets) ─> new: a runner    the same: its runner goes on, attached    changed: let go, and a new runner
 *                     gone: let go, said on the stream, its state retired
 */
import { isDeepStrictEqual } from 'node:util';
import type { TargetConfig } from '../config/target-config.ts';
import { Deaths } from './deaths.ts';
import { Gate } from './gate.ts';
import { Ledger } from './ledger.ts';
import { Runner, type RunnerOptions } from './runner.ts';

export interface FleetOptions
  extends Pick<
    RunnerOptions,
    'log' | 'history' | 'logger' | 'probes' | 'claims' | 'graceMs' | 'giveUpMs' | 'now' | 'random'
  > {
  /** The gate of a group; default: one of the targets that are here. */
  readonly gate?: (group: string) => Gate;
}

/** Names of targets. */
export interface FleetChange {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

export class Fleet {
  readonly #options: FleetOptions;
  readonly #runners = new Map<string, Runner>();
  /** Runners that run, or are being let go, by name: the next one of a name waits for the one before. */
  readonly #running = new Map<string, Promise<void>>();
  readonly #gates = new Map<string, Gate>();
  /** By group: a group outlasts its targets. */
  readonly #deaths = new Map<string, Deaths>();
  /** A target that is configured otherwise has spent what it has spent. */
  readonly #ledgers = new Map<string, Ledger>();
  #stopped = false;

  constructor(options: FleetOptions) {
    this.#options = options;
  }

  /** By the names of their targets; changes as they do. */
  get runners(): ReadonlyMap<string, Runner> {
    return this.#runners;
  }

  /** Has these targets, by names of their own, from now on. */
  set(targets: readonly TargetConfig[]): FleetChange {
    const change = { added: [] as string[], changed: [] as string[], removed: [] as string[] };
    if (this.#stopped) return change;
    const names = new Set(targets.map(({ name }) => name));
    for (const name of [...this.#runners.keys()].filter((name) => !names.has(name))) {
      this.#remove(name);
      change.removed.push(name);
    }
    for (const target of targets) {
      const before = this.#runners.get(target.name);
      if (before && isDeepStrictEqual(before.target, target)) continue;
      before?.stop();
      this.#start(target);
      change[before ? 'changed' : 'added'].push(target.name);
    }
    this.#dropGates(targets);
    return change;
  }

  /** Lets all targets go, for good. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const runner of this.#runners.values()) runner.stop();
    await Promise.all(this.#running.values());
  }

  #start(target: TargetConfig): void {
    const { logger, gate = () => new Gate(), ...rest } = this.#options;
    const { name, group } = target;
    const runner = new Runner({
      ...rest,
      target,
      logger: logger.child({ target: name }),
      gate: made(this.#gates, group, () => gate(group)),
      ledger: made(
        this.#ledgers,
        name,
        () =>
          new Ledger(
            name,
            made(this.#deaths, group, () => new Deaths()),
          ),
      ),
    });
    this.#runners.set(name, runner);
    this.#then(name, () => runner.run());
  }

  #remove(name: string): void {
    const runner = this.#runners.get(name)!;
    runner.stop();
    this.#runners.delete(name);
    this.#ledgers.delete(name);
    this.#then(name, () => this.#retire(runner));
  }

  /** Does `next` when what runs by this name has ended. */
  #then(name: string, next: () => Promise<void>): void {
    const running = (this.#running.get(name) ?? Promise.resolve()).then(next);
    this.#running.set(name, running);
    void running.then(() => {
      if (this.#running.get(name) === running) this.#running.delete(name);
    });
  }

  /** Says that a target was let go for good, and drops what is known of it. */
  async #retire({ target: { name, inspect, labels } }: Runner): Promise<void> {
    if (this.#stopped) return;
    const { log, logger, now } = this.#options;
    const at = new Date(now()).toISOString();
    log.append({ type: 'target', target: name, state: 'gone', inspect, labels, reason: REMOVED, at });
    logger.info({ target: name }, 'target removed');
    await log.settled();
    log.retire(name);
  }

  #dropGates(targets: readonly TargetConfig[]): void {
    const groups = new Set(targets.map(({ group }) => group));
    for (const group of this.#gates.keys()) if (!groups.has(group)) this.#gates.delete(group);
    for (const group of this.#deaths.keys()) if (!groups.has(group)) this.#deaths.delete(group);
  }
}

const REMOVED = 'the collector no longer has it: neither its configuration nor discovery names it';

function made<V>(map: Map<string, V>, key: string, make: () => V): V {
  const value = map.get(key) ?? make();
  map.set(key, value);
  return value;
}
