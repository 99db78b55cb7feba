/**
 * Has an agent run what the middle of the fleet says, and says back what it runs:
 *
 *     look ─ another version ─> for this agent? ─> read, checked ─> its targets are those from now on ─> acknowledged
 *                                                      └─ refused ─> it goes on as it is, and says why
 */
import type { Logger } from 'pino';
import { sleep } from '../../agent/base/waiting.ts';
import { reasonOf } from '../../protocol/reason.ts';
import type { Config } from '../config/config.ts';
import { configurationFor } from '../fleet/config-document.ts';
import type { ConfigStore, Versioned } from '../fleet/config-store.ts';

export interface AgentConfigurationOptions {
  readonly store: ConfigStore;
  readonly agent: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  /** @throws ConfigError */
  readonly read: (text: string) => Config;
  readonly apply: (config: Config) => Promise<unknown>;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

const LOOK_EVERY_MS = 10_000;

/** Looks until the signal is aborted. Never rejects. */
export async function followConfiguration(options: AgentConfigurationOptions): Promise<void> {
  const { store, logger, signal } = options;
  let version = 0;
  let told = '';
  while (!signal.aborted) {
    try {
      const newest = await store.newest();
      if (newest && newest.version !== version) {
        await run(options, newest);
        version = newest.version;
      }
      told = '';
    } catch (error) {
      const reason = reasonOf(error);
      if (reason !== told) logger.warn({ reason }, 'the configuration of the fleet cannot be read: it is tried again');
      told = reason;
    }
    // a thousand that were started together do not ask together
    await sleep(LOOK_EVERY_MS * (0.5 + Math.random() / 2), signal);
  }
}

async function run({ store, agent, read, apply, logger }: AgentConfigurationOptions, newest: Versioned): Promise<void> {
  const meant = configurationFor(newest.document, agent);
  if (!meant) return;
  const { hash } = meant;
  const at = new Date().toISOString();
  try {
    await apply(read(meant.text));
    await store.acknowledge({ agent: agent.name, hash, at });
    logger.info({ version: newest.version, hash }, "the fleet's configuration is in force");
  } catch (error) {
    const reason = reasonOf(error);
    await store.acknowledge({ agent: agent.name, hash, reason, at });
    logger.error({ version: newest.version, hash, reason }, "the fleet's configuration is refused: what ran goes on");
  }
}
