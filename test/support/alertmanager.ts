/** A real Alertmanager on this machine alone, which passes on at once what it gets to a webhook. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { folder } from './folder.ts';

/** An alert as Alertmanager shows it; of what it has beside that nothing is looked at. */
export interface ShownAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly status: { readonly state: string };
}

export interface Alertmanager extends AsyncDisposable {
  readonly url: string;
  /** The alerts that it shows now. */
  alerts(): Promise<ShownAlert[]>;
}

/** Debian's name, and its own. */
const PROGRAMS = ['prometheus-alertmanager', 'alertmanager'];
const LISTENING = /msg="Listening on" address=(127\.0\.0\.1:\d+)/;

/** @param webhook what it tells of each alert. Null where none is installed. */
export async function startAlertmanager(webhook: string): Promise<Alertmanager | null> {
  for (const program of PROGRAMS) {
    const started = await start(program, webhook);
    if (started) return started;
  }
  return null;
}

async function start(program: string, webhook: string): Promise<Alertmanager | null> {
  const dir = await folder();
  await writeFile(
    dir.join('alertmanager.yml'),
    [
      'route: { receiver: hook, group_by: ["..."], group_wait: 0s, group_interval: 1s, repeat_interval: 1h }',
      `receivers: [{ name: hook, webhook_configs: [{ url: "${webhook}", send_resolved: true }] }]`,
    ].join('\n'),
  );
  const flags = [
    `--config.file=${dir.join('alertmanager.yml')}`,
    `--storage.path=${dir.join('data')}`,
    '--web.listen-address=127.0.0.1:0',
    // no cluster: it would look for others on the network
    '--cluster.listen-address=',
  ];
  const child = spawn(program, flags, { stdio: ['ignore', 'ignore', 'pipe'] });
  const isThere = await new Promise<boolean>((resolve) => {
    child.once('spawn', () => resolve(true));
    child.once('error', () => resolve(false));
  });
  if (!isThere) {
    await dir[Symbol.asyncDispose]();
    return null;
  }
  const exited = once(child, 'exit');
  const said: string[] = [];
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stderr }).on('line', (line) => {
      said.push(line);
      const [, address] = LISTENING.exec(line) ?? [];
      if (address !== undefined) resolve(`http://${address}`);
    });
    void exited.then(() => reject(new Error(`${program} ended:\n${said.join('\n')}`)));
  });
  return {
    url,
    async alerts() {
      const response = await fetch(`${url}/api/v2/alerts`);
      return (await response.json()) as ShownAlert[];
    },
    async [Symbol.asyncDispose]() {
      child.kill();
      await exited;
      await dir[Symbol.asyncDispose]();
    },
  };
}
