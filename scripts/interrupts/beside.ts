/**
 * What the commands need that only talk to a collector or read a file:
 *
 *     U   a collector's URL        DB  its store
 *     S   a snapshot file          R   a recording
 *
 * The collector has a target of its own, `t`, which lives, is read and has nobody but the collector on it, whatever happens to a command.
 */
import { readdir } from 'node:fs/promises';
import { DEFAULT_RETENTION } from '../../collector/config/store-config.ts';
import { startCollector } from '../../collector/main/collector.ts';
import { runCli } from '../../test/support/cli.ts';
import { configOf } from '../../test/support/collector.ts';
import type { Folder } from '../../test/support/folder.ts';
import { LogLines } from '../../test/support/log-lines.ts';
import { startTarget } from '../../test/support/target.ts';

/** By what a command is called; `F` stands for a file's name without its ending, other words for what is above. */
export const BESIDE_COMMANDS: readonly string[] = [
  'watch U',
  'watch U --json --topic usage',
  'history U#t --usage',
  'history DB',
  'history DB --target t --usage',
  'alerts list U',
  'alerts silence U kind=Session* --for 1m --comment x',
  'checkpoint U t --label interrupted',
  'mark U interrupted',
  'autopsy U#t',
  'autopsy DB --target t',
  'tail U#t --json',
  'heap U#t --rows 1',
  'redact S F.heapsnapshot --force',
  'redact S --audit',
  'report S -o F.html --force',
  'heap S --rows 1',
  'heap S --by retained --rows 1',
  'diff S S',
  'path S Account',
  'console S',
  'plot R -o F.svg --force',
];

export interface Beside extends AsyncDisposable {
  /** What a word of a command stands for. */
  readonly words: ReadonlyMap<string, string>;
  /** What is wrong with the collector, its target or the temporary files; null: nothing. */
  left(): Promise<string | null>;
  /** Where commands put what they need for a moment. */
  readonly temporary: string;
}

export async function startBeside(nodeBinary: string, place: Folder, temporary: Folder): Promise<Beside> {
  const target = await startTarget('population', { nodeBinary });
  const files = { DB: place.join('beside.db'), S: place.join('beside.heapsnapshot'), R: place.join('beside.jsonl') };
  const prepare = async (...args: string[]) => {
    const { code, stderr } = await runCli(args);
    if (code !== 0) throw new Error(`Cannot prepare the commands: ${args.join(' ')}: ${stderr}`);
  };
  await prepare('snapshot', `${target.port}`, '--yes', '-o', files.S);
  await prepare('record', `${target.port}`, '--every', '1s', '--for', '3s', '-o', files.R);
  const schedule = { usage: 1_000, types: 5_000 };
  const config = configOf([{ name: 't', inspect: `127.0.0.1:${target.port}`, schedule }]);
  const store = { path: files.DB, retention: DEFAULT_RETENTION };
  const collector = await startCollector({ ...config, store }, { logger: new LogLines().logger });
  return {
    words: new Map([...Object.entries(files), ['U', collector.url]]),
    temporary: temporary.path,
    async left() {
      const exit = await Promise.race([target.exited, new Promise<null>((resolve) => setImmediate(resolve, null))]);
      if (exit) return `the collector's target died (code ${exit.code}, signal ${exit.signal})`;
      const answer = await fetch(new URL('/healthz', collector.url.replace(/^ws/, 'http')));
      if (!answer.ok) return `the collector answers ${answer.status}`;
      const [left] = await readdir(temporary.path);
      return left === undefined ? null : `the temporary file ${left} is left`;
    },
    async [Symbol.asyncDispose]() {
      await collector.close();
      await target[Symbol.asyncDispose]();
    },
  };
}
