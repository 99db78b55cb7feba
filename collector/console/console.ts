/** A console from its start to its end: attaches, gives the prompt its names, lets go. */
import { inspect } from 'node:util';
import { hpy } from '../../agent/heapy/hpy.ts';
import { oneLine } from '../../protocol/printable.ts';
import { version } from '../base/version.ts';
import type { Consent } from '../measure/consent.ts';
import type { Io } from '../terminal/io.ts';
import { runRepl } from './repl.ts';
import { checked, SessionFace } from './session-face.ts';
import { Targets } from './targets.ts';

export interface ConsoleOptions {
  /** As on a command line. */
  readonly targets: readonly string[];
  readonly isolate: string;
  readonly strings: boolean;
  readonly probe: 'snapshot' | 'walk';
  readonly exe: string | undefined;
  /** What is agreed to of each price. */
  readonly consent: Consent;
}

/** @throws AttachError, TargetSyntaxError; what a script on standard input threw */
export async function runConsole(options: ConsoleOptions, io: Io): Promise<void> {
  const { targets: texts, isolate, strings, probe, exe, consent } = options;
  await using targets = new Targets();
  for (const text of texts)
    targets.add(await hpy(text, { isolate, strings, probe, ...(exe !== undefined && { exe }), signal: io.signal }));
  await runRepl({
    input: process.stdin,
    output: process.stdout,
    banner: `${oneLine(`heapwatch ${version}, ${targets.current.target}: ${targets.current.description}`)}\n${texts.length > 1 ? `${texts.length} targets: lc lists them, sc(2) changes to the second.\n` : ''}hp.heap() prints the heap, .help lists the words, Ctrl-D leaves.\n`,
    names: (terminal) => namesOf(targets, checked(new SessionFace(targets, terminal, consent))),
    commands: {
      targets: { help: 'List the processes and files of this session (lc)', action: () => targets },
      use: {
        help: 'Change to the process or file of that number (sc)',
        action: (text) => {
          targets.use(/^\s*\d+\s*$/.test(text) ? Number(text) : text);
          return targets.current;
        },
      },
    },
    onAside: (tell) => {
      targets.onGone = ({ target }, { message }) => tell(`*** ${target} has gone: ${message} ***`);
    },
    say: io.say,
    progress: io.progress,
    onInterrupt: io.onInterrupt,
    leaveInterrupts: io.leaveInterrupts,
    signal: io.signal,
  });
}

function namesOf(targets: Targets, hp: SessionFace): PropertyDescriptorMap {
  const change = (number: number) => {
    targets.use(number);
    return hp;
  };
  const list = () => targets;
  return {
    hp: { value: hp, enumerable: true },
    // as words, as in heapy's monitor, and as functions
    lc: { value: printing(() => `${targets}`, list), enumerable: true },
    sc: { value: printing(() => 'sc(N) changes to the target of that number, see lc', change), enumerable: true },
  };
}

function printing<A extends unknown[]>(text: () => string, call: (...args: A) => unknown): (...args: A) => unknown {
  return Object.assign(call, { [inspect.custom]: text });
}
