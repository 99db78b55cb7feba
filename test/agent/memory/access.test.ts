import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { rightFor, rightToRead } from '../../../agent/memory/access.ts';
import { ProcessMemory } from '../../../agent/memory/process-memory.ts';
import { isStopped, threadStates } from '../../../agent/memory/process-state.ts';
import { noGcore } from '../../support/core-file.ts';
import { startTarget } from '../../support/target.ts';
import { until } from '../../support/until.ts';

/** The line that opening gives. */
function lineOf(pid: number): string {
  try {
    ProcessMemory.open(pid);
  } catch (error) {
    assert.equal((error as Error).name, 'AttachError');
    return (error as Error).message;
  }
  throw new Error(`Cannot see how pid ${pid} is refused: it was opened`);
}

const MODULE = new URL('../../../agent/memory/process-memory.js', import.meta.url);

/**
 * A program that opens a process, as another user where one is named, and prints how it is refused, or "opened". It becomes
 * that user once it is loaded: the project may lie in a folder that others cannot enter.
 */
const OPEN = `
  import { ProcessMemory } from '${MODULE}';
  const [, pid, uid] = process.argv;
  if (uid) { process.setgroups([]); process.setgid(Number(uid)); process.setuid(Number(uid)); }
  try { ProcessMemory.open(Number(pid)); console.log('opened'); process.exit(); } catch (error) { console.log(error.message); }`;

function run(command: string, args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(command, args, (error, stdout, stderr) => (error ? reject(new Error(stderr)) : resolve(stdout.trim())));
  });
}

const NOBODY = '65534';

const isRoot = process.getuid?.() === 0;
const notRoot = isRoot ? false : 'only root can act as another user, or in namespaces of its own';

describe('a process whose memory may not be read', () => {
  it('is refused in one line that says which right is missing and what gives it', () => {
    const same = { uid: '1000', ownUid: '1000', mayTrace: false, ptraceScope: '0' };
    assert.match(rightFor({ ...same, uid: '33' }), /another user, run as that user \(uid 33\) or as root$/);
    assert.match(
      rightFor({ ...same, ptraceScope: '1' }),
      /ptrace_scope is 1, set it to 0 \(sysctl kernel.yama.ptrace_scope=0\), or run as root/,
    );
    assert.match(rightFor({ ...same, ptraceScope: '2' }), /ptrace_scope is 2, run as root or with CAP_SYS_PTRACE$/);
    assert.match(
      rightFor({ ...same, mayTrace: true, ptraceScope: '3' }),
      /ptrace_scope is 3, nobody may until the machine starts/,
    );
    assert.match(rightFor(same), /^CAP_SYS_PTRACE is missing, run with it \(docker run --cap-add SYS_PTRACE/);
    assert.match(rightFor({ ...same, ownUid: '0', uid: '0' }), /^CAP_SYS_PTRACE is missing/);
    assert.match(rightFor({ ...same, mayTrace: true }), /^the system forbids it/);
  });

  it('may be read by whom the system lets, which is said beforehand', () => {
    const own = { uid: '1000', ownUid: '1000', mayTrace: false, ptraceScope: '0' };
    assert.match(rightToRead(own), /^the memory of processes of the same user may be read$/);
    assert.match(rightToRead({ ...own, mayTrace: true }), /every process that is seen here/);
    assert.match(rightToRead({ ...own, ptraceScope: '1' }), /may not be read: .* set it to 0 \(sysctl/);
    assert.match(rightToRead({ ...own, mayTrace: true, ptraceScope: '3' }), /nobody may until the machine starts/);
  });

  it('belongs to another user', { skip: notRoot }, async () => {
    await using target = await startTarget('puppet', { inspect: false });
    const line = await run(process.execPath, ['--input-type=module', '-e', OPEN, `${target.pid}`, NOBODY]);
    assert.equal(
      line,
      `Cannot read memory of pid:${target.pid}: it belongs to another user, run as that user (uid 0) or as root`,
    );
  });

  it("is root's, and we are root without CAP_SYS_PTRACE", { skip: notRoot }, async () => {
    await using target = await startTarget('puppet', { inspect: false });
    const args = [
      '--bounding-set=-sys_ptrace',
      '--inh-caps=-sys_ptrace',
      process.execPath,
      '--input-type=module',
      '-e',
      OPEN,
    ];
    const line = await run('setpriv', [...args, `${target.pid}`]);
    assert.match(line, /: CAP_SYS_PTRACE is missing, run with it/);
  });

  it('is in another pid namespace', { skip: notRoot }, async () => {
    await using target = await startTarget('puppet', { inspect: false });
    const line = await run('unshare', [
      '--pid',
      '--fork',
      '--mount-proc',
      process.execPath,
      '--input-type=module',
      '-e',
      OPEN,
      `${target.pid}`,
    ]);
    assert.match(
      line,
      /there is no such process, or it is in another container; share its process namespace \(shareProcessNamespace/,
    );
  });

  it('is hidden by hidepid', { skip: notRoot }, async () => {
    await using target = await startTarget('puppet', { inspect: false });
    const script = 'mount -t proc -o hidepid=2 proc /proc && exec "$@"';
    const args = [
      '--mount',
      'sh',
      '-c',
      script,
      'sh',
      process.execPath,
      '--input-type=module',
      '-e',
      OPEN,
      `${target.pid}`,
      NOBODY,
    ];
    assert.equal(
      await run('unshare', args),
      `Cannot read memory of pid:${target.pid}: /proc is mounted with hidepid, run as its user or as root`,
    );
  });

  it('is no Node, a thread of the kernel, or gone', async () => {
    const sleep = spawn('sleep', ['100']);
    assert.match(lineOf(sleep.pid!), /: its program \S*\/\S+ is not Node\.js$/);
    const ended = once(sleep, 'exit');
    sleep.kill();
    await ended;
    assert.match(lineOf(sleep.pid!), /: there is no such process, or it is in another container/);
    if (threadStates(2).length > 0)
      assert.match(lineOf(2), /: it is a thread of the kernel, it has no memory of its own$/);
  });

  it('is ourselves', () => {
    assert.match(lineOf(process.pid), /: it is heapwatch itself, which cannot stand still while it reads$/);
  });

  it('has ended, and nobody has taken notice', async () => {
    // a shell that stands still, so that it does not wait for its child
    const shell = spawn('sh', ['-c', 'sleep 100 & echo $!; wait'], { stdio: ['ignore', 'pipe', 'ignore'] });
    try {
      const [line] = await once(shell.stdout, 'data');
      const pid = Number(String(line));
      shell.kill('SIGSTOP');
      await until(() => isStopped(shell.pid!));
      process.kill(pid, 'SIGKILL');
      await until(() => threadStates(pid).length === 0);
      assert.match(lineOf(pid), /: it has ended, its parent has not yet taken notice$/);
    } finally {
      shell.kill('SIGKILL');
    }
  });
});

describe('a process that may not be stopped', () => {
  it('is in the foreground of a shell', async () => {
    // a shell with jobs, on a terminal of its own; node is its foreground job
    const program = `setInterval(() => {}, 1e6); console.log('pid ' + process.pid)`;
    const command = `${process.execPath} -e "${program}"`;
    const terminal = spawn('script', ['-qec', `bash -ic '${command.replaceAll("'", "'\\''")}; true'`, '/dev/null'], {
      stdio: 'pipe',
    });
    let text = '';
    for await (const chunk of terminal.stdout) {
      text += chunk;
      if (/pid \d+\r?\n/.test(text)) break;
    }
    const pid = Number(/pid (\d+)/.exec(text)![1]);
    try {
      await using memory = ProcessMemory.open(pid);
      await assert.rejects(memory.read({ stop: true }), {
        name: 'StopObstacleError',
        message: `Cannot stop pid:${pid}: it runs in the foreground of a shell, which would take the stop for a Ctrl-Z; read it with --no-stop`,
      });
      assert.equal((await memory.read({ stop: false })).moment, 'running');
    } finally {
      process.kill(pid, 'SIGKILL');
      terminal.kill();
    }
  });

  it('is stopped by a debugger: it is read as it stands', {
    skip: isRoot ? noGcore : 'gdb may not attach',
  }, async () => {
    await using target = await startTarget('puppet', { inspect: false });
    await target.line(/ready/);
    const gdb = spawn('gdb', ['-q', '-nx', '-p', `${target.pid}`], { stdio: ['pipe', 'ignore', 'ignore'] });
    const ended = once(gdb, 'exit');
    try {
      await until(() => isStopped(target.pid));
      await using memory = ProcessMemory.open(target.pid);
      const { moment, stoppedMs } = await memory.read({ stop: true });
      assert.deepEqual({ moment, stoppedMs }, { moment: 'found stopped', stoppedMs: 0 });
      assert.ok(isStopped(target.pid));
    } finally {
      gdb.kill('SIGKILL'); // the kernel lets go what a debugger held
      await ended;
    }
    await until(() => !isStopped(target.pid));
  });
});
