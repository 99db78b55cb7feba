/** A real nats-server with JetStream on this machine alone; it can be killed and started again on the same port and folder. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { folder } from './folder.ts';
import { freePort } from './free-port.ts';

export interface Nats extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  /** Ends it as it is; resolves when it is gone. */
  kill(): Promise<void>;
  /** On the same port, with what it had. */
  restart(): Promise<void>;
}

/** False where none is installed: the tests are left out by name. */
export const hasNats = spawnSync('nats-server', ['--version']).status === 0;

const READY = /Server is ready/;

/** @param config lines of its configuration beside its address and its folder */
export async function startNats(config: readonly string[] = []): Promise<Nats> {
  const dir = await folder();
  const port = await freePort();
  const lines = [
    `listen: "127.0.0.1:${port}"`,
    `jetstream { store_dir: ${JSON.stringify(dir.join('jetstream'))} }`,
    ...config,
  ];
  await writeFile(dir.join('nats.conf'), lines.join('\n'));
  const start = async () => {
    const child = spawn('nats-server', ['-c', dir.join('nats.conf')], { stdio: ['ignore', 'ignore', 'pipe'] });
    const exited = once(child, 'exit');
    const said: string[] = [];
    await new Promise<void>((resolve, reject) => {
      createInterface({ input: child.stderr }).on('line', (line) => {
        said.push(line);
        if (READY.test(line)) resolve();
      });
      void exited.then(() => reject(new Error(`nats-server ended:\n${said.join('\n')}`)));
    });
    return { child, exited };
  };
  let running = await start();
  const kill = async () => {
    running.child.kill('SIGKILL');
    await running.exited;
  };
  return {
    url: `nats://127.0.0.1:${port}`,
    get pid() {
      return running.child.pid as number;
    },
    kill,
    async restart() {
      await kill();
      running = await start();
    },
    async [Symbol.asyncDispose]() {
      await kill();
      await dir[Symbol.asyncDispose]();
    },
  };
}
