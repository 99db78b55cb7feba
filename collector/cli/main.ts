/** The command `heapwatch`: reads the command line, runs one command, turns what it throws into a line and a code. */
import yargs from 'yargs';
import { version } from '../base/version.ts';
import { credentialOptions } from '../terminal/credentials.ts';
import { exitCodeOf, lineOf, oneLine, UsageError } from '../terminal/exit.ts';
import { processIo } from '../terminal/io.ts';
import { leave } from '../terminal/leave.ts';
import { sayRefusedMaps } from '../terminal/source-maps.ts';
import { type KnownWords, meantInstead } from '../terminal/unknown-word.ts';
import { addCommands } from './commands.ts';

const epilogue = `A target is 9229, host:9229, an inspector's ws://…, 4711 or pid:4711, a .heapsnapshot file (also .gz),
or a collector's target ws://127.0.0.1:7331/v1/stream#api.

Exit codes: 0 done; 1 failed; 2 usage or configuration; 3 cannot attach, or the target went away;
4 refused by a limit, by you, or for want of --yes; 5 unreadable snapshot or recording;
6 what --fail-on names has grown, or an alert fires; 7 undecided; 129 hung up; 130 interrupted; 143 terminated.
HEAPWATCH_DEBUG=1 adds a stack to an error.`;

async function main(): Promise<number> {
  const io = processIo();
  try {
    await addCommands(credentialOptions(yargs(withStdin(withLoad(process.argv.slice(2)))), process.env), io)
      .scriptName('heapwatch')
      .usage('heapy for Node.js processes that are already running\n\n$0 <command>')
      // of an option that is given twice the last counts; commands that take lists say so
      .parserConfiguration({ 'strip-dashed': true, 'duplicate-arguments-array': false })
      .completion('completion', 'Print a completion script for bash or zsh')
      .example('$0 ls', 'which Node processes are here, and on which ports')
      .example('$0 heap 9229', "heapy's table of the process behind port 9229")
      .example('$0 tail 9229', 'its counts by kind, live')
      .example('$0 collect --target api=9229 --every snapshot=10m,usage=5s', 'keep sending such tables')
      .example('$0 watch ws://127.0.0.1:7331/v1/stream', 'follow them')
      .epilogue(epilogue)
      .demandCommand(1, 'name a command')
      .strict()
      .version(version)
      .alias('h', 'help')
      .wrap(Math.min(110, process.stdout.columns ?? 100))
      .exitProcess(false)
      .fail((message, error, usage) => {
        // its types say it were yargs itself
        const meant = error ? '' : meantInstead(message, usage as unknown as KnownWords);
        throw error ?? new UsageError(`${oneLine(message)}${meant}; see heapwatch --help`);
      })
      .parseAsync();
    await sayRefusedMaps(io);
    await io.printed();
    return 0;
  } catch (error) {
    // a shell asks while its user types: a word that is not finished is no error, and would stand in their line
    if (process.argv.includes('--get-yargs-completions')) return 0;
    await sayRefusedMaps(io);
    const cause = io.signal.aborted ? io.signal.reason : error;
    const line = lineOf(cause, process.env.HEAPWATCH_DEBUG !== undefined);
    // a configuration has a line for each of its problems
    for (const each of line?.split('\n') ?? []) io.say(each);
    return exitCodeOf(cause);
  }
}

/** What follows a server's command may be ours: `gate -- node server.js --load '…'`. It comes before the command then. */
function withLoad(args: readonly string[]): string[] {
  const [separator, load] = [args.indexOf('--'), args.indexOf('--load')];
  if (args[0] !== 'gate' || separator < 0 || load < separator) return [...args];
  return ['gate', ...args.slice(load), ...args.slice(1, load)];
}

/** `-` as a target is standard input: yargs takes it for an option without a name. What follows an option stays. */
function withStdin(args: readonly string[]): string[] {
  return args.map((arg, at) => (arg === '-' && !args[at - 1]?.startsWith('-') ? '/dev/stdin' : arg));
}

await leave(await main());
