/** Which targets a collector has: those of its configuration, and those that are found. */
import type { Config } from '../config/config.ts';
import type { TargetConfig } from '../config/target-config.ts';
import { Discovery } from '../discover/discovery.ts';
import { Fleet, type FleetChange, type FleetOptions } from './fleet.ts';
import type { Runner } from './runner.ts';

type RosterConfig = Pick<Config, 'targets' | 'discover'>;

export interface RosterOptions extends FleetOptions {
  /** A target under the name that it has elsewhere; absent: under its own. */
  readonly asNamed?: (target: TargetConfig) => TargetConfig;
  /** Whether a target that is in the log and not here is somebody else's; default: none is. */
  readonly isElsewhere?: (target: string) => boolean;
}

export class Roster {
  readonly #options: RosterOptions;
  readonly #fleet: Fleet;
  readonly #discovery: Discovery;
  #targets: Config['targets'];
  /** Configurations are taken one after the other. */
  #taken: Promise<unknown>;

  /** Attaches to the targets of the configuration at once, to others as they are found. */
  constructor(config: RosterConfig, options: RosterOptions) {
    this.#options = options;
    this.#fleet = new Fleet(options);
    this.#discovery = new Discovery({ changed: () => this.#fill(), logger: options.logger });
    this.#targets = config.targets;
    this.#fleet.set(this.#named(config.targets));
    this.#taken = this.#take(config).then(() => this.#retireStrangers());
  }

  /** By the names of their targets; changes as they do. */
  get runners(): ReadonlyMap<string, Runner> {
    return this.#fleet.runners;
  }

  /** Has the targets of another configuration; resolves when what it has to be found was looked for once. */
  async reload(config: RosterConfig): Promise<FleetChange> {
    const taken = this.#taken.then(() => this.#take(config));
    this.#taken = taken;
    return await taken;
  }

  /** Lets all targets go, for good. */
  async stop(): Promise<void> {
    await Promise.all([this.#fleet.stop(), this.#discovery.stop()]);
    await this.#taken;
  }

  async #take({ targets, discover }: RosterConfig): Promise<FleetChange> {
    await this.#discovery.set(discover);
    this.#targets = targets;
    return this.#fill();
  }

  #fill(): FleetChange {
    return this.#fleet.set(this.#named(this.#discovery.with(this.#targets)));
  }

  #named(targets: readonly TargetConfig[]): readonly TargetConfig[] {
    const { asNamed } = this.#options;
    return asNamed ? targets.map(asNamed) : targets;
  }

  /** Drops the state of targets that a collector before this one had. */
  #retireStrangers(): void {
    const { log, isElsewhere = () => false } = this.#options;
    const strangers = log.latest().filter(({ head: { target } }) => !this.runners.has(target) && !isElsewhere(target));
    for (const target of new Set(strangers.map(({ head }) => head.target))) log.retire(target);
  }
}
