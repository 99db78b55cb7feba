/** What the agent in a process is told, by its program and by the environment. Read on the program's main thread: it imports nothing. */

/** What of it is absent is as the environment says. */
export interface AgentOptions {
  /** What the program is called. HEAPWATCH_NAME; default: the name of its script. */
  readonly name?: string;
  /** NATS servers with JetStream that events go to. HEAPWATCH_NATS, several with commas between them; more by HEAPWATCH_FLEET_NATS_…. */
  readonly nats?: string | readonly string[];
  /** A folder that a recording is written to, as `heapwatch record` writes it, where there is no fleet. HEAPWATCH_RECORD. */
  readonly record?: string;
  /** A configuration file, as that of `heapwatch collect`: schedule, limits, fleet. HEAPWATCH_CONFIG. */
  readonly config?: string;
  /** Where the agent's own log goes: `stderr`, or a file. HEAPWATCH_LOG; default: nowhere. */
  readonly log?: string;
}

/** As the agent's thread is given them. */
export interface Settings {
  readonly name: string;
  readonly nats: readonly string[];
  readonly record?: string;
  readonly config?: string;
  readonly log?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Turns the agent off, whatever the program says. */
const SWITCH = 'HEAPWATCH_AGENT';
const OFF = /^(?:off|false|no|0)$/i;

/**
 * Undefined where the agent is off: by its switch, or since nobody has said where events are to go.
 * @param script the program's first argument
 */
export function settingsOf(
  options: AgentOptions,
  env: Environment,
  script: string | undefined,
  pid: number,
): Settings | undefined {
  if (OFF.test(env[SWITCH] ?? '')) return undefined;
  const { nats = env.HEAPWATCH_NATS ?? '' } = options;
  const record = options.record ?? env.HEAPWATCH_RECORD;
  const config = options.config ?? env.HEAPWATCH_CONFIG;
  const log = options.log ?? env.HEAPWATCH_LOG;
  const settings: Settings = {
    name: options.name ?? (env.HEAPWATCH_NAME || nameOf(script, pid)),
    nats: (typeof nats === 'string' ? nats.split(',') : nats).map((server) => server.trim()).filter(Boolean),
    ...(record && { record }),
    ...(config && { config }),
    ...(log && { log }),
  };
  const isOfFleet = settings.nats.length > 0 || config || env.HEAPWATCH_FLEET_NATS_SERVERS;
  return isOfFleet || record ? settings : undefined;
}

/** `server` of `/srv/api/server.mjs`; of an `index` its folder's name. */
function nameOf(script: string | undefined, pid: number): string {
  const parts = (script ?? '').split(/[\\/]/).filter(Boolean);
  const file = (parts.at(-1) ?? '').replace(/\.[cm]?[jt]sx?$/, '');
  const name = /^(?:index|main)$/.test(file) ? (parts.at(-2) ?? file) : file;
  const allowed = name.replaceAll(/[^\p{L}\p{N}_.:@-]/gu, '-').replace(/^[.:@-]+/, '');
  return allowed.slice(0, MAX_NAME) || `node-${pid}`;
}

/** Characters of a target's name (target-file.ts). */
const MAX_NAME = 64;
