/**
 * Targets in namespaces and a memory group of their own, as containers have them; where the machine lets us make them.
 *
 *     cgroup ──> unshare ──> node, pid 1 of its own namespace or one of ours
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** Which of its namespaces are a target's own. */
export interface Own {
  readonly pid?: boolean;
  readonly cgroup?: boolean;
  readonly network?: boolean;
  readonly user?: boolean;
}

export interface Contained extends AsyncDisposable {
  /** As it is called here. */
  readonly pid: number;
  readonly port: number;
}

/** Whether namespaces can be made here. */
export function canUnshare(): boolean {
  try {
    execFileSync(
      'unshare',
      ['--user', '--map-root-user', '--pid', '--fork', '--mount-proc', '--cgroup', '--net', 'true'],
      {
        stdio: 'ignore',
      },
    );
    return true;
  } catch {
    return false; // not allowed, or no such program
  }
}

/** A memory group of its own with a limit, of version 1 or 2; null where none can be made. */
export class MemoryGroup implements Disposable {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  static make(name: string, limitBytes: number): MemoryGroup | null {
    for (const [root, limit] of [
      ['/sys/fs/cgroup/memory', 'memory.limit_in_bytes'],
      ['/sys/fs/cgroup', 'memory.max'],
    ] as const) {
      const path = `${root}/${name}`;
      try {
        mkdirSync(path);
      } catch {
        continue; // there is no such hierarchy, or it is not ours to change
      }
      if (existsSync(`${path}/${limit}`)) {
        writeFileSync(`${path}/${limit}`, `${limitBytes}`);
        return new MemoryGroup(path);
      }
      rmdirSync(path);
    }
    return null;
  }

  get procs(): string {
    return `${this.#path}/cgroup.procs`;
  }

  [Symbol.dispose](): void {
    // a process that has been killed leaves its group in its own time
    for (let tries = 0; ; tries++) {
      try {
        rmdirSync(this.#path);
        return;
      } catch (error) {
        if (tries === 10_000) throw error;
      }
    }
  }
}

/** Words that run a command in a group and in namespaces of its own; loopback is up in a network of its own. */
export function contained(own: Own, group: MemoryGroup | undefined, command: readonly string[]): string[] {
  const flags = [
    ...(own.user ? ['--user', '--map-root-user'] : []),
    ...(own.cgroup ? ['--cgroup'] : []),
    ...(own.network ? ['--net'] : []),
    ...(own.pid ? ['--pid', '--fork', '--mount-proc'] : []),
  ];
  const join = group ? `echo $$ > ${group.procs}; ` : '';
  const up = own.network ? 'ip link set lo up; ' : '';
  const script = `${join}exec ${flags.length > 0 ? `unshare ${flags.join(' ')} ` : ''}sh -c '${up}exec "$@"' sh "$@"`;
  return ['sh', '-c', script, 'sh', ...command];
}

/** Starts a Node with `--inspect=127.0.0.1:0` among its flags. */
export async function startContained(own: Own, group: MemoryGroup, command: readonly string[]): Promise<Contained> {
  const [program, ...words] = contained(own, group, command);
  const child = spawn(program!, words, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const exited = once(child, 'exit');
  let port = 0;
  for await (const line of createInterface({ input: child.stderr })) {
    port = Number(/^Debugger listening on ws:\/\/127\.0\.0\.1:(\d+)/.exec(line)?.[1] ?? 0);
    if (port > 0) break;
  }
  const pid = own.pid ? childOf(child.pid as number) : (child.pid as number);
  return {
    pid,
    port,
    async [Symbol.asyncDispose]() {
      end(pid);
      await exited;
    },
  };
}

/** Ends a process, unless it has been killed meanwhile. */
function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** The only child of a process. */
function childOf(pid: number): number {
  for (const each of readdirSync('/proc')) {
    if (!/^\d+$/.test(each)) continue;
    try {
      const parent = /^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${each}/status`, 'utf8'))?.[1];
      if (Number(parent) === pid) return Number(each);
    } catch {
      // it has just ended
    }
  }
  throw new Error(`Cannot find the child of ${pid}`);
}
